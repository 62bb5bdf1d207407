"""Promises that span operations: what stays true from one to the next, and tokens."""

from __future__ import annotations

from collections.abc import Iterator

from specs.contract import Contract, Operation, Resource
from specs.contract.model import TokenRules
from specs.promises.promise import Promise, Told
from specs.promises.wording import duration


def state(contract: Contract, operation: Operation) -> Told:
    """List what other operations have to show once this one has succeeded."""
    resource = contract.resource_of(operation)
    for role, text in _consequences(resource, operation) if resource is not None else ():
        yield operation.pointer, text, role, ""


def _consequences(resource: Resource, operation: Operation) -> Iterator[tuple[str, str]]:
    """Say what other operations show once this one has succeeded, and as what."""
    shown = [item for item in (resource.read, resource.list) if item is not None]
    where = " and ".join(item.key for item in shown)
    if operation is resource.create and shown:
        yield "create", f"What it created is shown by {where}."
    if operation is resource.update and shown:
        rest = "; what was not sent stays" if operation.method == "PATCH" else ""
        yield "update", f"What it changed is shown by {where}{rest}."
    if operation is resource.delete and shown:
        yield "delete", f"What it deleted is no longer shown by {where}."
    if operation is resource.delete_all and resource.list is not None:
        yield "delete_all", f"Afterwards {resource.list.key} is empty, for this owner alone."
    if operation is resource.read and resource.list is not None:
        yield "read", f"It shows the same as {resource.list.key}."


def tokens(contract: Contract) -> Iterator[Promise]:
    """List what is promised of tokens."""
    rules = contract.tokens
    if rules is None:
        return
    at = "#/x-contract/tokens"
    for index, operation in enumerate(rules.issue):
        tokens = "an access token and a refresh token" if rules.refresh_token else "an access token"
        yield Promise(
            f"{at}/issue/{index}",
            "token",
            operation.key,
            f"A success carries {tokens}, new and valid at once.",
            "issue",
        )
    yield from _of_lives(rules, at)
    if rules.refresh is not None:
        spent = "A refresh token is spent by its use: presented again, it is refused."
        yield Promise(f"{at}/refresh", "token", rules.refresh.key, spent, "refresh")
        present = f"Only a refresh token is taken as {rules.present.rpartition('/')[2]}, not an access token."
        yield Promise(f"{at}/present", "token", rules.refresh.key, present, "present")
    if rules.force is not None:
        yield Promise(
            f"{at}/force", "token", rules.force.key, "Afterwards the previous refresh token is refused.", "force"
        )
    for role, claim in rules.claims.items():
        text = f"An access token's payload has {claim} ({role}), which agrees with the answer."
        yield Promise(f"{at}/claims/{role}", "token", None, text, "claims", claim)


def _of_lives(rules: TokenRules, at: str) -> Iterator[Promise]:
    """How long tokens live, and where their expiry is."""
    for name, member, word in (
        ("access", rules.access, "An access token"),
        ("refresh_token", rules.refresh_token, "A refresh token"),
    ):
        if member is not None and member.lifetime is not None:
            text = f"{word} lives {duration(member.lifetime)}."
            yield Promise(f"{at}/{name}/lifetime", "token", None, text, "lifetime")
        if member is not None and member.expires is not None:
            text = f"{word}'s expiry stands in {member.expires.rpartition('/')[2]}, in {_unit(member.unit)}."
            yield Promise(f"{at}/{name}/expires", "token", None, text, "expires")


def _unit(unit: str) -> str:
    return {"seconds": "Unix seconds", "milliseconds": "Unix milliseconds", "iso8601": "ISO 8601"}.get(unit, unit)
