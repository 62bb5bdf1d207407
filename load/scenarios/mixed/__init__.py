"""Realistic traffic over all operations: what is sent next, within which limits, and what is made of it. All pure."""
