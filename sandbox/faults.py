"""Faults: ways to break the document, each behind one switch, declared beside the behaviour it breaks.

A module declares ``PAGES_OVERLAP = fault("pages-overlap", family=…, scope=…, text=…)`` and asks
``PAGES_OVERLAP in call.faults`` at the point where it matters.
"""

from __future__ import annotations

from sandbox.switches import Switchboard

FAULTS = Switchboard("fault")
fault = FAULTS.declare

FAMILIES = ("pagination", "credentials", "tokens", "state", "exchange", "input", "limits", "load")
