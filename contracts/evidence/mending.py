"""A damaged header made whole: what is missing or of the wrong kind is what a run without it would have had."""

from __future__ import annotations

from typing import Any

from contracts.config.severity import LEVELS
from contracts.core.verdicts import DEPTHS

UNKNOWN, NOWHERE = "unknown", "http://unknown.invalid"
LATEST = 1e11
"""Epoch seconds that no run will see."""
_WHOLE: dict[str, Any] = {
    "document": dict.fromkeys(("title", "version", "digest", "location"), UNKNOWN),
    "deployment": {"name": UNKNOWN, "base_url": NOWHERE, "time_scale": 1.0, "writes": False},
    "schema": 1,
    "suite": UNKNOWN,
    "seed": 0,
    "depth": DEPTHS[0],
    "plan": UNKNOWN,
    "started": 0.0,
    "settings": {
        "principals": [],
        "parameters": {},
        "overlays": [],
        "document": UNKNOWN,
        "pace": "none",
        "limits": True,
        "disposable": False,
        "known": {},
        "tokens": {},
        "traits": {},
    },
}
_PRINCIPAL: dict[str, type | tuple[type, ...]] = {
    "owner": bool,
    "headers": list,
    "plain": list,
    "name": str, "tenant": str, "kind": str, "values": dict,
    "role": (str, type(None)), "may": (str, type(None)), "lent": bool,
    "disposable": bool, "spare": bool,
}  # fmt: skip


def mended(header: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The header, whole, and which of its members were not."""
    damaged: list[str] = []
    made: dict[str, Any] = _fitted(header, _WHOLE, "", damaged)
    if made["depth"] not in DEPTHS:
        made["depth"] = DEPTHS[0]
        damaged.append("depth")
    settings = made["settings"]
    if settings.get("fail_on", LEVELS[0]) not in LEVELS:
        del settings["fail_on"]
        damaged.append("settings.fail_on")
    for name, good in (("principals", _is_principal), ("overlays", lambda each: isinstance(each, str))):
        if not all(map(good, settings[name])):
            settings[name] = [each for each in settings[name] if good(each)]
            damaged.append(f"settings.{name}")
    for name in ("parameters", "tokens", "traits"):
        kind = list if name == "traits" else str
        if not all(isinstance(each, kind) for each in settings[name].values()):
            settings[name] = {key: each for key, each in settings[name].items() if isinstance(each, kind)}
            damaged.append(f"settings.{name}")
    return made, damaged


def _fitted(value: Any, whole: Any, place: str, damaged: list[str]) -> Any:
    if isinstance(whole, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    odd = isinstance(value, float) and not 0 <= value < LATEST
    if type(value) is not type(whole) or value == "" or odd:
        damaged.append(place)
        return whole if not isinstance(whole, dict) else _fitted({}, whole, place, [])
    if not isinstance(whole, dict):
        return value
    inner = {
        name: _fitted(value.get(name), each, f"{place}.{name}".lstrip("."), damaged) for name, each in whole.items()
    }
    return {**value, **inner}


def _is_principal(each: Any) -> bool:
    if not isinstance(each, dict) or not {"name", "tenant", "kind", "values"} <= each.keys() <= _PRINCIPAL.keys():
        return False
    if not all(isinstance(value, _PRINCIPAL[name]) for name, value in each.items()):
        return False
    headers = each.get("headers", [])
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in headers):
        return False
    texts = [*each["values"].values(), *each.get("plain", []), *(text for pair in headers for text in pair)]
    return all(isinstance(value, str) for value in texts)
