"""What a driver of conversations needs of the run it belongs to."""

from __future__ import annotations

SHRINKS = (0, 20, 200)
"""Conversations that shrinking one broken law may cost, per depth."""
