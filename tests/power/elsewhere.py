"""What the sandbox's faults cannot show at depth quick or standard: other servers, variations, and depth deep.

The document of the sandbox has no cursors, no If-Match and no idempotency keys, so the laws about them are broken by
faults of the servers that the other tests stand on. A law that only observes is seen to observe something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.contracts.laws.pagination import judging as shops
from tests.others import judging as others
from tests.power.harness import HOSTILE, Server, broken, hostile, observed, sandbox
from tests.power.rows import ELSEWHERE, HOSTILE_AT, OTHERS_AT, SHOPS_AT, VARIED

SHOP = f"{ELSEWHERE}{SHOPS_AT}"
LISTS = {
    "cursor": ("cursor-loops", "damaged-cursor-500", "foreign-cursor"),
    "page-size-links": ("link-elsewhere", "link-forgets-filter", "link-on-last", "previous-is-self"),
    "token": ("total-wrong",),
}
"""Faults of the bookshops of `tests/contracts/laws/pagination`, by dialect."""
OTHERS = {
    "archive": ("location-leads-nowhere",),
    "atlas": ("length-of-another-body", "older-than-it-may-be"),
    "parcels": ("more-left-than-there-is", "put-half"),
    "payments": ("key-ignored",),
    "projects": ("if-match-ignored",),
    "stock": ("depot-of-no-kind",),
}
"""Faults of the servers of `tests/others`."""
VARIATIONS = {
    "foreign-thing-403": "credentials/refusals-do-not-tell-what-exists",
    "old-access-token-dies": "tokens/the-access-token-of-before",
    "reuse-revokes-the-family": "tokens/the-family-of-a-reused-token",
}
"""Variations of the sandbox, and how the names of the laws begin that observe something else there."""
DEEP = {
    "foreign-option-held": "credentials/a-whole-list-has-nothing-of-another-tenant",
    "listing-empties-a-secret": "state/a-look-changes-nothing",
    "member-shown-as-first-read": "state/a-thing-inside-another-reads-alike-everywhere",
    "membership-takes-its-user": "state/what-is-named-outlives-what-names-it",
    "nothing-held-404": "state/a-list-below-a-new-parent-is-given",
    "one-webhook-an-address": "state/a-creation-is-not-answered-with-another",
    "only-option-stays": "state/below-two-parents-each-has-its-own",
    "option-of-another-attribute-assigned": "state/what-a-body-names-together-belongs-together",
    "option-with-the-value-of-another": "state/each-member-that-is-unique-is-so-by-itself",
    "options-alike-conflict": "state/a-text-that-begins-like-another-is-no-duplicate",
    "options-outlive-a-membership": "state/what-stands-below-ends-with-what-it-stands-below",
    "second-option-added": "state/there-are-as-many-as-the-kind-says",
    "slug-found-in-any-organization": "credentials/what-another-tenant-has-made-is-in-no-list",
    "slug-of-another-attribute-taken": "state/what-is-taken-below-one-parent-is-free-below-another",
    "slug-of-others-taken": "state/what-another-tenant-has-is-not-taken",
    "teams-lost-on-later-pages": "filters/what-items-do-not-show-is-filtered-alike",
    "update-of-a-credential-untimed": "state/a-change-moves-the-time-of-the-last-change",
    "value-looks-at-the-slug": "state/what-can-be-named-in-two-ways-is-the-same",
}
"""Faults of the sandbox, and a law that is asked at depth deep only."""


def rows() -> Iterator[tuple[str, list[str]]]:
    """All of these rows, one after the other; those of `DEEP` bear the name of their fault and add to its row."""
    for dialect, faults in LISTS.items():
        for fault in faults:
            yield f"{SHOP} {dialect} {fault}", _broken(Server(*shops.prepared(dialect, fault)))
    for name, faults in OTHERS.items():
        for fault in faults:
            yield f"{ELSEWHERE}{OTHERS_AT} {name} {fault}", _broken(Server(*others.prepared(name, fault, "standard")))
    for mode in HOSTILE:
        yield f"{ELSEWHERE}{HOSTILE_AT} {mode}", sorted(broken(hostile(mode).verdicts))
    for variation, law in VARIATIONS.items():
        usual, varied = (_observed(law, more) for more in ([], ["--variation", variation]))
        yield VARIED + variation, sorted({line for line, _ in varied - usual})
    for fault, law in DEEP.items():
        yield fault, _broken(sandbox(["--limits", "off", "--fault", fault], "deep"), law)


def _broken(server: Server, law: str = "") -> list[str]:
    """What is broken of the laws whose ids begin so, as "law operation"."""
    return sorted(broken(server.run(lambda item: item.rule.id.startswith(law)).verdicts))


def _observed(law: str, arguments: list[str]) -> set[tuple[str, str]]:
    """What laws whose ids begin so observe on a sandbox with these arguments, asked at depth standard."""
    run = sandbox(["--limits", "off", *arguments], "standard").run(lambda item: item.rule.id.startswith(law))
    return {(line, told) for line, told in observed(run.verdicts) if line.startswith(law)}
