"""The first screen in words: what a run has proven, and what to add to see what it could not."""

from collections import Counter
from collections.abc import Iterable

from attrs import frozen

from contracts.judging.remedies import DEEPER, remedy
from reports.model import Run
from reports.words import UNSEEN, counted

__all__ = ["Proof", "Wish", "proven", "wishes"]

TOPICS = (
    ("Limits", ("limits/the-declared-limit-is-enforced", "limits/declared-limit-is-enforced"),
     "the declared limit is enforced at"),
    ("Tokens", ("tokens/a-spent-refresh-token-is-refused",), "a spent refresh token is refused by"),
    ("Tokens", ("tokens/an-expired-access-token-is-refused",), "an expired access token is refused at"),
    ("Tokens", ("tokens/a-forged-access-token-is-refused",), "a forged access token is refused at"),
    ("Tenants", ("credentials/another-tenant-is-refused",), "another tenant is refused at"),
    ("Tenants", ("pagination/nothing-of-another-tenant-appears",), "nothing of another tenant is listed by"),
    ("Credentials", ("credentials/nothing-without-a-credential",), "nothing is answered without a credential by"),
    ("Pages", ("pagination/every-walk-gives-the-same-items",), "every page size gives the same items at"),
    ("Filters", ("filters/a-filter-keeps-what-fits-and-nothing-else",), "filters keep what fits, and no other, at"),
    ("Resources", ("state/what-was-created-can-be-read",), "what is created can be read after"),
    ("Resources", ("state/what-was-deleted-is-gone",), "what is deleted is gone after"),
    ("Responses", ("schema/body-fits-its-schema",), "bodies fit their schemas at"),
    ("Responses", ("status/no-server-error",), "nothing makes the server fail at"),
)  # fmt: skip
"""What readers ask first: a topic, the laws or checks that answer it, and their answer in words."""


@frozen
class Proof:
    """Something proven: at how many operations of those where it was judged."""

    topic: str
    said: str
    upheld: int
    judged: int

    @property
    def text(self) -> str:
        """As a sentence."""
        if self.upheld == self.judged:
            return f"{self.said} {counted(self.upheld, 'operation')}"
        return f"{self.said} {self.upheld:,} of {counted(self.judged, 'operation')}"


@frozen
class Wish:
    """What would let a run see more, and how many lines of the plan wait for it."""

    what: str
    count: int


def proven(run: Run) -> tuple[Proof, ...]:
    """What the run has proven, by topic; what was not judged at all is left out."""
    seen: dict[str, dict[str, set[str | None]]] = {}
    for line in run.verdicts:
        if line.verdict in {"upheld", "broken", "known"}:
            kept = "upheld" if line.verdict == "upheld" else "broken"
            seen.setdefault(line.law, {}).setdefault(kept, set()).add(line.operation)
    found = (_proof(topic, laws, said, seen) for topic, laws, said in TOPICS)
    return tuple(each for each in found if each)


def _proof(topic: str, laws: Iterable[str], said: str, seen: dict[str, dict[str, set[str | None]]]) -> Proof | None:
    kept = {each for law in laws for each in seen.get(law, {}).get("upheld", ())}
    broken = {each for law in laws for each in seen.get(law, {}).get("broken", ())}
    return Proof(topic, said, len(kept - broken), len(kept | broken)) if kept - broken else None


def wishes(run: Run) -> tuple[Wish, ...]:
    """What would show more, that for which most lines wait first; what cannot be helped is left out."""
    found: Counter[str] = Counter()
    otherwise = _proven_otherwise(run)
    for line in run.verdicts:
        if line.verdict in UNSEEN and line.reason and (line.law, line.operation) not in otherwise:
            found[_remedy(line.reason, run.info.depth)] += 1
    return tuple(Wish(what, count) for what, count in found.most_common() if what)


def _remedy(reason: str, depth: str) -> str:
    told = remedy(reason, depth)
    if "depth standard" in reason or "depth deep" in reason or told.startswith("a deeper run"):
        return f"{DEEPER[depth]} tries more, and gets more kinds of responses" if depth in DEEPER else ""
    return "" if told.startswith(("it does not apply", "the deployment does not offer")) else told


def _proven_otherwise(run: Run) -> set[tuple[str, str | None]]:
    """Laws, with operations, of which another law has proven the same: under load, say, what the gate did not see."""
    upheld = {(line.law, line.operation) for line in run.verdicts if line.verdict == "upheld"}
    return {(law, operation) for _, laws, _ in TOPICS for other, operation in upheld if other in laws for law in laws}
