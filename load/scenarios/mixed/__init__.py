"""Realistic traffic over all operations: what is asked next, within which limits, and what is made of it. All pure."""
