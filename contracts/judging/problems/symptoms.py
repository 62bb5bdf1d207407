"""What a finding shows, apart from the ids, names and numbers that differ from one finding to the next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import attrs

from contracts.config.severity import LEVELS
from contracts.core.families import gravity

FAILURE, ACCESS, LENIENT, LIST = "failure", "access", "lenient", "list"
"""Aspects: the server fails; it lets in whom it must not; it accepts what is invalid; a list."""
FORM, HEAD, LEAK = "form", "head", "leak"
"""Aspects of how an answer is made: its body, its headers, and what must not be in it."""
ACCEPTED, REFUSED, TOLD = "token accepted", "token refused", "token told"
ANY_FAILURE = "status/no-server-error"
_LISTS = frozenset({"pagination", "filters", "sorting"})
_FORMS = frozenset({"errors", "schema", "schemathesis", "status"})
_HEADS = frozenset({"headers", "protocol", "caching", "limits"})
_LEAKS = frozenset({
    "errors/credentials-are-not-echoed", "errors/errors-hide-the-inside", "schema/what-only-requests-carry-stays-out",
})  # fmt: skip
_PAGES = "pagination/an-impossible-page-is-refused"
_VARYING = (
    re.compile(r"\$\w+"),
    re.compile(r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE)\b"),
    re.compile(r"'[^']*'|\"[^\"]*\""),
    re.compile(r"\b[0-9a-f]{4,}(?:-[0-9a-f]+)+\b"),
    re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?"),
)
_LONGEST = 160
_READ = 2_000
"""Characters of a text that are looked at: a server may send megabytes of it."""
_QUOTED = re.compile(r"\{\w+\}|'[^']*'|\"[^\"]*\"")
_IN_A_BODY = re.compile(r"schema at (/\S+)")
_NAME = re.compile(
    r"(?<![\w=&.-])((?:[a-z]+[A-Z]\w*)|[a-z]+_[a-z_]+|[Xx]-[\w-]+|RateLimit[\w-]*|[A-Z][a-z]+-[A-Z][\w-]+)(?![\w=])"
)
_STATUS = re.compile(r"([1-5])\d\d\b")
_WANTED = re.compile(r"(?:an? )?([1-5])(?:\d\d|xx)\b")


def without_values(text: str) -> str:
    """A text without what differs from answer to answer: quoted values, ids, numbers, methods, names of secrets."""
    for pattern in _VARYING:
        text = pattern.sub("…", text)
    return text[:_LONGEST]


@attrs.frozen(eq=False)
class Finding:
    """One law broken at one operation: all its lines of verdicts.json, whoever asked."""

    lines: tuple[Mapping[str, Any], ...]

    @property
    def first(self) -> Mapping[str, Any]:
        """The line that stands for all."""
        return self.lines[0]

    @property
    def law(self) -> str:
        """The id of the law or check."""
        return str(self.first["law"])

    @property
    def family(self) -> str:
        """The family of the law."""
        return str(self.first["family"])

    @property
    def operation(self) -> str:
        """The operation's key; empty for what is about the whole document."""
        return self.first["operation"] or ""

    @property
    def place(self) -> tuple[str, str]:
        """What it is about, in any run."""
        return self.law, self.operation

    @property
    def level(self) -> str:
        """How grave it is."""
        told = [line["severity"]["level"] for line in self.lines if line.get("severity")]
        return min(told, key=LEVELS.index, default=LEVELS[1])

    @cached_property
    def expected(self) -> str:
        """What was expected, without what differs."""
        return without_values(re.sub(r"schema at /\S*/", "schema at ", self._wanted))

    @cached_property
    def got(self) -> str:
        """What came, without what differs."""
        return without_values(self._actual)

    @property
    def _actual(self) -> str:
        return (self.first["actual"] or "")[:_READ].partition(". Also: ")[0]

    @property
    def _wanted(self) -> str:
        return (self.first["expected"] or "")[:_READ]

    @cached_property
    def status(self) -> str:
        """The first digit of the status that came, where what came is told as one."""
        found = _STATUS.match(self._actual)
        return found[1] if found else ""

    @cached_property
    def exact_status(self) -> str:
        """The status that came, where what came is told as one."""
        return self._actual[:3] if self.status else ""

    @cached_property
    def subject(self) -> str:
        """The member or header it speaks of, by its name in the document; empty where it names none."""
        expected = self._wanted
        if found := _IN_A_BODY.search(expected):
            return found[1].rstrip(":,.").rpartition("/")[2]
        if self.aspect == ACCESS:
            return ""
        # what a list is asked for has names too: what is told of a page begins with its own
        look = _NAME.match if self.family in _LISTS else _NAME.search
        found = look(_QUOTED.sub("", expected))
        name = found[1] if found else ""
        return name.lower() if "-" in name else name  # a header's letters may be large or small

    @property
    def forged(self) -> bool:
        """Whether it is about a token that was made up."""
        return "forged" in self.law

    @cached_property
    def aspect(self) -> str:
        """What kind of thing is wrong."""
        if self.status == "5" or self.law == ANY_FAILURE:
            return FAILURE
        if self.family == "credentials" or self.forged:
            return ACCESS
        if self.family == "tokens":
            return {"2": ACCEPTED, "4": REFUSED}.get(self.status, REFUSED if "none did" in self._actual else TOLD)
        if (self.family == "input" or self.law == _PAGES) and self._wanted_status == "4" and self.status == "2":
            return LENIENT
        if self.law in _LEAKS:
            return LEAK
        return LIST if self.family in _LISTS else self._of_an_answer

    @property
    def _of_an_answer(self) -> str:
        return FORM if self.family in _FORMS else HEAD if self.family in _HEADS else self.family

    @property
    def _wanted_status(self) -> str:
        found = _WANTED.match(self._wanted)
        return found[1] if found else ""

    @cached_property
    def exchanges(self) -> frozenset[int]:
        """The exchanges that show it."""
        return frozenset(seq for line in self.lines for seq in line["exchanges"])

    @property
    def collection(self) -> str:
        """The path of the list that the operation's resource is in."""
        return re.sub(r"/\{[^/]*\}$", "", self.operation.partition(" ")[2])

    @property
    def order(self) -> tuple[int, tuple[int, str], str, str]:
        """The gravest first."""
        return LEVELS.index(self.level), gravity(self.family), self.law, self.operation


def findings(lines: Iterable[Mapping[str, Any]], word: str = "broken") -> list[Finding]:
    """The findings among the lines of verdicts.json, in an order that does not depend on theirs."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for line in lines:
        if line["verdict"] == word:
            found.setdefault((line["law"], line["operation"] or ""), []).append(line)
    made = (Finding(tuple(sorted(of, key=lambda line: str(line["id"])))) for of in found.values())
    return sorted(made, key=lambda finding: finding.order)
