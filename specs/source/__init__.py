"""Reads a document: files, references, overlays, and what is left of a damaged one."""
