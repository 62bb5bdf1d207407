"""Hypothesis strategies for the edges of an API: pages, credentials, bodies. Usable in tests of your own."""
