"""Who a recorded request was sent as: every credential is a principal of its own, known by a placeholder alone.

Of two access tokens nobody can say from outside whether they are one user's, so they are two principals.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from contracts.config import issued
from contracts.config.deployment import Deployment, Principal
from contracts.config.secret_finder import SHORTEST
from contracts.config.secrets import is_secret
from contracts.config.vault import Vault
from contracts.traffic.entry import Entry
from specs.contract import Contract, Operation, Scheme

FILTERED = re.compile(r"\[(Filtered|REDACTED|redacted|FILTERED)\]|\*{3,}|<redacted>")
"""What recorders write in place of a credential."""
NOBODY = Principal("somebody", "somebody", "recorded", {})
"""Whoever sent a request whose credential the recorder has taken out."""
_CARRIERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_SCHEME_WORD = re.compile(r"(?:(Bearer|Basic|Token|Digest|ApiKey)\s+)?(.*)", re.IGNORECASE | re.DOTALL)


class Callers:
    """Puts the credentials of recorded requests into the vault, and names who holds them."""

    def __init__(self, contract: Contract, deployment: Deployment) -> None:
        self._contract = contract
        self._vault: Vault = deployment.vault
        self._given = {value: each for each in deployment.principals for value in each.values.values()}
        self._found: dict[tuple[tuple[str, str], ...], Principal] = {}

    @property
    def found(self) -> tuple[Principal, ...]:
        """Everybody whom the recording shows and the deployment file does not name."""
        return tuple(self._found.values())

    def remember(self, entry: Entry) -> None:
        """Keep every credential of a request, so that it is hidden in whatever is written."""
        for scheme, value in self._carried(entry):
            if is_secret(scheme.member or scheme.name, ()):
                self._keep(scheme.member or scheme.name, value)
        for name, value in entry.headers:
            if _carries(name):
                for word in _words(name, value):
                    self._keep(name, word)

    def hidden(self, name: str, value: str) -> str:
        """A request's header as it may be written."""
        for word in _words(name, value) if _carries(name) else ():
            value = value.replace(word, self._placeholder(word))
        return self._vault.hide(value)

    def caller(self, entry: Entry, operation: Operation) -> Principal | None:
        """Who sent a request; None where it carries no credential."""
        mine = {scheme.name for way in operation.security for scheme in way.schemes}
        carried = [(scheme, value) for scheme, value in self._carried(entry) if scheme.name in mine or not mine]
        held = tuple(sorted({scheme.name: self._written(scheme, value) for scheme, value in carried}.items()))
        if not held:
            return None
        if any(FILTERED.search(value) for _, value in held):
            return NOBODY
        known = next((self._given[value] for _, value in held if value in self._given), None)
        return known or self._found.setdefault(held, self._newcomer(carried, dict(held)))

    def _newcomer(self, carried: list[tuple[Scheme, str]], held: dict[str, str]) -> Principal:
        name = f"caller-{len(self._found) + 1}"
        kind = next((scheme.principal for scheme, _ in carried if scheme.principal), None) or "recorded"
        return Principal(name, name, kind, {scheme.member or scheme.name: held[scheme.name] for scheme, _ in carried})

    def _carried(self, entry: Entry) -> Iterator[tuple[Scheme, str]]:
        """What a request carries for each of the document's security schemes, without the word before it."""
        headers = {name.lower(): value for name, value in entry.headers}
        cookies = dict(_cookies(headers.get("cookie", "")))
        query = dict(parse_qsl(urlsplit(entry.url).query))
        for scheme in self._contract.schemes.values():
            where = {"header": headers, "cookie": cookies, "query": query}[scheme.location]
            name = scheme.parameter.lower() if scheme.location == "header" else scheme.parameter
            word, value = _SCHEME_WORD.fullmatch(where.get(name, "")).groups()  # type: ignore[union-attr]
            if value and not (word and scheme.kind in {"bearer", "basic"} and word.lower() != scheme.kind):
                yield scheme, value

    def _written(self, scheme: Scheme, value: str) -> str:
        """What a request carries for a scheme, as it may be written: an id of a client is no secret."""
        return self._placeholder(value) if is_secret(scheme.member or scheme.name, ()) else self._vault.hide(value)

    def _placeholder(self, word: str) -> str:
        """What is written in place of a word that stands where secrets do."""
        hidden = self._vault.hide(word)
        return hidden if hidden != word or not word or FILTERED.search(word) else self._vault.stand_in(word)

    def _keep(self, member: str, value: str) -> None:
        # A word that anybody might have guessed ("0", "null") is hidden where it stands, and nowhere else.
        if not issued.is_random(value) or FILTERED.search(value) or self._vault.hide(value) != value:
            return
        label = re.sub(r"[^A-Z0-9]+", "_", member.upper()).strip("_") or "KEY"
        name = self._vault.free_name("RECORDED", {f"_{label}": value})
        self._vault.keep(f"{name}_{label}", value)
        for inner in _inside(value):
            self._vault.keep(self._vault.free_name(f"{name}_{label}", {"_PART": inner}) + "_PART", inner)


def _carries(name: str) -> bool:
    """Whether a header is there to carry a secret."""
    return name.lower() in _CARRIERS or bool(issued.TELLTALE.search(name) and not issued.is_about(name))


def _words(name: str, value: str) -> Iterator[str]:
    if name.lower() in {"cookie", "set-cookie"}:
        yield from (word for _, word in _cookies(value))
    else:
        found = _SCHEME_WORD.fullmatch(value)
        yield found[2] if found else value


def _cookies(value: str) -> Iterator[tuple[str, str]]:
    for part in value.split(";"):
        name, equals, told = part.partition("=")
        if equals:
            yield name.strip(), told.strip().strip('"')


def _inside(value: str) -> Iterator[str]:
    """The password of a Basic credential."""
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return
    _, colon, password = text.partition(":")
    if colon and len(password) >= SHORTEST and password.isprintable():
        yield password
