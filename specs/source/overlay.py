"""Applies OpenAPI Overlays (version 1.0) to a document."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from specs.source.pointers import SpecError

if TYPE_CHECKING:
    import jsonpath


def apply(raw: dict[str, Any], overlay: Any, name: str) -> dict[str, Any]:
    """Give the document with the overlay's actions applied in order; the document itself is left alone.

    `name` stands before every message. Raises SpecError for an overlay that is none, and for an action that meets
    nothing: an overlay that silently says nothing would weaken every judgement that rests on it.
    """
    changed = copy.deepcopy(raw)
    for index, action in enumerate(_actions(overlay, name)):
        _act(changed, action, f"{name}: action {index + 1}")
    return changed


def _actions(overlay: Any, name: str) -> list[Any]:
    if not isinstance(overlay, dict) or not str(overlay.get("overlay", "")).startswith("1."):
        raise SpecError(f"{name}: not an overlay (its key `overlay` has to name version 1.0.0)")
    actions = overlay.get("actions")
    if not isinstance(actions, list) or not actions:
        raise SpecError(f"{name}: the overlay has no actions")
    return actions


def _act(raw: dict[str, Any], action: Any, where: str) -> None:
    if not isinstance(action, dict) or not isinstance(action.get("target"), str):
        raise SpecError(f"{where}: the key `target` is missing")
    matches = _select(raw, action["target"], where)
    if action.get("remove") is True:
        for match in reversed(matches):  # later list items first, so that the others keep their index
            _remove(match, where)
    elif "update" in action:
        for match in matches:
            _update(match, action["update"], where)
    else:
        raise SpecError(f"{where}: neither `update` nor `remove: true`")


def _select(raw: dict[str, Any], target: str, where: str) -> list[jsonpath.JSONPathMatch]:
    import jsonpath  # only here: it takes long to load, and most documents have no overlay

    try:
        matches = list(jsonpath.finditer(target, raw))
    except (jsonpath.JSONPathError, ValueError) as error:
        raise SpecError(f"{where}: {target} is no JSONPath: {str(error).splitlines()[0]}") from None
    if not matches:
        raise SpecError(f"{where}: {target} meets nothing in the document")
    return matches


def _remove(match: jsonpath.JSONPathMatch, where: str) -> None:
    if match.parent is None:
        raise SpecError(f"{where}: the whole document cannot be removed")
    holder: Any = match.parent.obj
    del holder[match.parts[-1]]


def _update(match: jsonpath.JSONPathMatch, update: Any, where: str) -> None:
    target = match.obj
    if isinstance(target, dict):
        if not isinstance(update, dict):
            raise SpecError(f"{where}: an object can only be updated with an object")
        _merge(target, update)
    elif isinstance(target, list):
        target.extend(copy.deepcopy(update) if isinstance(update, list) else [copy.deepcopy(update)])
    else:
        raise SpecError(f"{where}: the target has to be an object or an array")


def _merge(target: dict[str, Any], update: dict[str, Any]) -> None:
    """Merge deeply: objects member by member, arrays end to end, anything else replaced."""
    for key, value in update.items():
        present = target.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            _merge(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            present.extend(copy.deepcopy(value))
        else:
            target[key] = copy.deepcopy(value)
