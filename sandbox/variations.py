"""Variations: other behaviours the document and its rulings permit. None of them may break a law."""

from __future__ import annotations

from sandbox.switches import Switchboard

VARIATIONS = Switchboard("variation")
variation = VARIATIONS.declare
