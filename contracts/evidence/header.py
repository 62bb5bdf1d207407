"""The header of evidence: which suite, document, deployment, seed and plan a run belongs to."""

from __future__ import annotations

from typing import Any

from contracts.evidence.recorder import SCHEMA
from contracts.plan.plan import Plan

SUITE = "0.1.0"


def header(plan: Plan, seed: int, started: float) -> dict[str, Any]:
    """The first line of the evidence, and most of `run` in verdicts.json."""
    document, deployment = plan.contract.document, plan.deployment
    return {
        "schema": SCHEMA,
        "suite": SUITE,
        "document": {
            "title": document.title,
            "version": document.version,
            "digest": document.digest,
            "location": document.location,
        },
        "deployment": {
            "name": deployment.name,
            "base_url": deployment.base_url,
            "time_scale": deployment.time_scale,
            "writes": deployment.writes,
        },
        "seed": seed,
        "depth": plan.depth,
        "plan": plan.digest,
        "started": started,
        "settings": deployment.settings(),
    }
