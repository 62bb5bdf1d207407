"""Token refresh under load: when what happens, what was measured, and what is made of it. All of it is pure."""
