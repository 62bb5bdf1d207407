"""The suite as an installed package: its own packages stand below this name, and nothing else is put beside others."""
