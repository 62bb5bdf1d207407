"""Kinds of faults that may be planted at any operation of the foreign deployment."""
