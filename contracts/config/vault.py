"""Keeps real secrets out of everything: laws, evidence, reports and terminals see placeholders only.

A secret known from the deployment file is `$ACME_SECRET`; one that an answer reveals is named by a keyed digest, so
that equal secrets stay equal and nothing else can be learnt. Placeholders are turned back into secrets in the last
moment before sending. A few bash expansions describe damaged credentials, so that a printed curl line runs as it is:

    ${ACME_SECRET%?}  without its last character      ${ACME_SECRET:0:4}  its first four
    ${ACME_SECRET:1}  without its first               ${ACME_SECRET^^}  ${ACME_SECRET,,}  in upper, lower case
    ${ACME_SECRET~~}  in the other case, letter by letter
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Sequence
from urllib.parse import quote

_PLACEHOLDER = re.compile(r"\$(?:\{(?P<braced>[A-Z][A-Z0-9_]*)(?P<change>[^}]*)\}|(?P<plain>[A-Z][A-Z0-9_]*))")
_JWT = re.compile(r"\b(eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{8,})")
_MEMBER = re.compile(
    r'"(?P<name>[^"]*(?:secret|token|password|passwd|private_?key|api_?key|authorization)[^"]*)"\s*:\s*'
    r'"(?P<value>(?:[^"\\]|\\.)+)"',
    re.IGNORECASE,
)
_SHORTEST = 4
"""Characters below which a text is too common to be hidden wherever it occurs."""
_TELLTALE = re.compile(r"secret|token|passw|private_?key|api_?key|authorization", re.IGNORECASE)
"""Without one of these in it, a text has no member that `_MEMBER` would find, which takes much longer to look for."""
_TELLING = 0.5
"""The part of a secret from which on a damaged one tells enough of it to be hidden; every JWT begins alike."""
_ABOUT = re.compile(r"((?i:type|kind|scopes?|ur[il]|endpoint|method|status|hint|expires|expiry)|_in|In|_at|At)$")
"""Ends of names whose values describe a secret and are none: token_type, password_changed_at."""
_SLICE = re.compile(r":(\d+)(?::(\d+))?")


def _changed(value: str, change: str) -> str:
    if change == "%?":
        return value[:-1]
    if change in {"^^", ",,", "~~"}:
        return {"^^": value.upper, ",,": value.lower, "~~": value.swapcase}[change]()
    if part := _SLICE.fullmatch(change):
        start, count = int(part[1]), part[2]
        return value[start : start + int(count)] if count else value[start:]
    return value


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


class Vault:
    """The only place that knows secrets, both ways: `hide` on the way in, `reveal` on the way out."""

    def __init__(self) -> None:
        self.key = secrets.token_bytes(16)
        """What digests of secrets are keyed with; processes of one run share it, so that equal secrets stay equal."""
        self._real: dict[str, str] = {}
        self._hidden: list[tuple[str, str]] = []
        self._ours: set[str] = set()

    def keep(self, name: str, value: str) -> str:
        """Remember a secret under a name; returns its placeholder."""
        self._real[name] = value
        spellings = {value, quote(value, safe=""), _in_json(value), base64.b64encode(value.encode()).decode()}
        self._hidden += [(spelling, f"${name}") for spelling in spellings if len(spelling) >= _SHORTEST]
        self._hidden.sort(key=lambda pair: -len(pair[0]))
        return f"${name}"

    def reveal(self, text: str, spell: Callable[[str], str] = str) -> str:
        """Put the real secrets in place of the placeholders this vault knows; other text stays."""

        def real(match: re.Match[str]) -> str:
            name = match["braced"] or match["plain"]
            if name not in self._real:
                return match[0]
            if not match["change"]:
                return spell(self._real[name])
            changed = _changed(self._real[name], match["change"])
            if len(changed) >= max(_SHORTEST, _TELLING * len(self._real[name])):
                self._hide_changed(changed, match[0])
            return spell(changed)

        return _PLACEHOLDER.sub(real, text) if "$" in text else text

    def _hide_changed(self, changed: str, placeholder: str) -> None:
        """A damaged secret is nearly the whole one: an answer that repeats it must not show it either."""
        if (changed, placeholder) not in self._hidden:
            self._hidden += [(spelling, placeholder) for spelling in (changed, quote(changed, safe=""))]
            self._hidden.sort(key=lambda pair: -len(pair[0]))

    def reveal_json(self, text: str) -> str:
        return self.reveal(text, _in_json)

    def reveal_url(self, text: str) -> str:
        return self.reveal(text, lambda value: quote(value, safe=""))

    def ours(self, body: str) -> None:
        """Values we make up ourselves and send under a secret's name are no secrets."""
        self._ours.update(match["value"] for match in _MEMBER.finditer(body))

    def hide(self, text: str) -> str:
        """Replace every known or recognisable secret in an answer by its placeholder."""
        for spelling, placeholder in self._hidden:
            if spelling in text:
                text = text.replace(spelling, placeholder)
        if "eyJ" in text:
            text = _JWT.sub(self._hide_signature, text)
        return _MEMBER.sub(self._hide_member, text) if _TELLTALE.search(text) else text

    def hide_all(self, texts: Sequence[str]) -> list[str]:
        """Several texts at once; most often there is nothing in any of them."""
        whole = "\n".join(texts)
        return list(texts) if self.hide(whole) == whole else [self.hide(each) for each in texts]

    def _hide_signature(self, match: re.Match[str]) -> str:
        return f"{match[1]}.{self._name('SIGNATURE', match[2])}"

    def _hide_member(self, match: re.Match[str]) -> str:
        value = match["value"]
        if value in self._ours or _ABOUT.search(match["name"]) or value.startswith("eyJ") or _PLACEHOLDER.search(value):
            return match[0]
        start, end = match.span("value")
        whole, offset = match[0], match.start()
        return whole[: start - offset] + self._name("TOKEN", value, written=True) + whole[end - offset :]

    def _name(self, kind: str, value: str, *, written: bool = False) -> str:
        real = json.loads(f'"{value}"') if written and "\\" in value else value
        name = f"{kind}_{hmac.new(self.key, real.encode(), hashlib.sha256).hexdigest()[:12].upper()}"
        self._real.setdefault(name, real)
        return f"${name}"
