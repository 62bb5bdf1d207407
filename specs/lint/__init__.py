"""Defects of a document."""
