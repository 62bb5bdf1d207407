"""Keeps real secrets out of everything: laws, evidence, reports and terminals see placeholders only.

A secret known from the deployment file is `$ACME_SECRET`; one that an answer reveals is named by a keyed digest, so
that equal secrets stay equal and nothing else can be learnt. Placeholders are turned back into secrets in the last
moment before sending. A few bash expansions describe damaged credentials, so that a printed curl line runs as it is:

    ${ACME_SECRET%?}  without its last character      ${ACME_SECRET:0:4}  its first four
    ${ACME_SECRET:1}  without its first               ${ACME_SECRET^^}  ${ACME_SECRET,,}  in upper, lower case
    ${ACME_SECRET~~}  in the other case, letter by letter

A secret that a server spells in a way of its own (Base64, with blanks in it) is `$ACME_SECRET_AS_1F…`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from urllib.parse import quote

from contracts.config import issued
from contracts.config.expansions import expanded, expansion
from contracts.config.hidden_texts import HiddenTexts
from contracts.config.secret_finder import SHORTEST, Finder, Found, Secret
from contracts.config.telltale import Telltale
from contracts.core.conversation import Blocked

_PLACEHOLDER = re.compile(r"\$(?:\{(?P<braced>[A-Z][A-Z0-9_]*)(?P<change>[^}]*)\}|(?P<plain>[A-Z][A-Z0-9_]*))")
_GIVEN_OUT = re.compile(r"(?:SIGNATURE|TOKEN|COOKIE|\w+_AS)_[0-9A-F]{12}")
"""Names of secrets that answers revealed."""
_ELSEWHERE, _KEPT = 5_000, 50_000
"""Secrets that answers reveal unasked up to which each is looked for elsewhere, and up to which each can be sent again.

More of them no client was given to use; each is still hidden where it stands. What was asked for, such as the tokens of
a long load, is looked for however many there are.
"""
_BETWEEN = "\x00"
"""Between texts that are looked through together; no header may have it."""
_WORD = re.compile(r"[A-Za-z_]{1,15}")


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


class Vault:
    """The only place that knows secrets, both ways: `hide` on the way in, `reveal` on the way out."""

    def __init__(self) -> None:
        self.key = secrets.token_bytes(16)
        """What digests of secrets are keyed with; processes of one run share it, so that equal secrets stay equal."""
        self._real: dict[str, str] = {}
        self._known: dict[str, Secret] = {}
        self._awaited: set[str] = set()
        self._finder = Finder()
        self._short: dict[str, str] = {}
        self._whole: re.Pattern[str] | None = None
        self._ours: set[str] = set()
        self._open: set[str] = set()
        self._member = issued.member(())
        self._telltale = Telltale(issued.WORDS)
        self._granting: frozenset[str] = frozenset()
        self._harmless: frozenset[str] = frozenset()
        self.version = 0
        """Goes up whenever what is sent may be another than before for the same placeholders."""
        self._seen = HiddenTexts()
        self._unasked = 0
        """Secrets that answers have revealed and nobody asked for."""

    def keep(self, name: str, value: str) -> str:
        """Remember a secret under a name; returns its placeholder. Another value of the same name stays hidden."""
        if self._real.get(name) != value:
            # A renewed token takes over the name. The old one may still come back in a response: it stays hidden, under
            # a name by which it is not mistaken for the new one.
            if name in self._known:
                self._known[name].name = self._alias(name, self._known[name].value)
            self._real[name] = value
            self.version += 1
            self._seen.forget()
            self._hide_from_now_on(name, value)
        return f"${name}"

    def free_name(self, name: str, values: Mapping[str, str]) -> str:
        """A name for what is to be kept, or the same with a number: so that no other value goes by it.

        `values`: what will be kept, by the ending of its name.
        """
        names = (name, *(f"{name}_{number}" for number in range(2, len(self._real) + 3)))
        return next(
            each
            for each in names
            if all(self._real.get(f"{each}{ending}", value) == value for ending, value in values.items())
        )

    def holds(self, placeholder: str) -> bool:
        """Whether the secret of a placeholder is there already; other text is there by itself."""
        match = _PLACEHOLDER.fullmatch(placeholder)
        return match is None or (match["braced"] or match["plain"]) not in self._awaited - self._real.keys()

    def expect(self, name: str) -> str:
        """The placeholder of a secret that will be kept later; until then nothing with it in it can be sent."""
        self._awaited.add(name)
        self.version += 1
        return f"${name}"

    def watch(self, members: Collection[str], granting: Collection[str], *, harmless: Collection[str] = ()) -> None:
        """What a document says: members that hold secrets, and operations (by key) that give out tokens.

        `harmless`: members that hold none, whatever they are called.
        """
        self._granting, self._harmless = frozenset(granting), frozenset(harmless)
        self._member = issued.member(members)
        self._telltale = Telltale({*issued.WORDS, *members})
        self._seen.forget()

    def watch_answers_of(self, operation: str) -> None:
        """One more operation (by its key) that gives out tokens."""
        self._granting |= {operation}

    def show(self, values: Iterable[str]) -> None:
        """Values that are no secrets, wherever an answer has them."""
        self._open.update(values)
        self._seen.forget()

    # -- on the way out -------------------------------------------------------------------------------------------

    def reveal(self, text: str, spell: Callable[[str], str] = str) -> str:
        """Put the real secrets in place of the placeholders this vault knows; other text stays.

        Raises Blocked for the placeholder of a secret that is not there: a deployment would judge a word of ours.
        """

        def real(match: re.Match[str]) -> str:
            name = match["braced"] or match["plain"]
            # Text that only looks like a placeholder ("$100") is none of ours and stays as it is.
            if name in self._real:
                return spell(expanded(self._real[name], match["change"] or ""))
            if name in self._awaited or _GIVEN_OUT.fullmatch(name):
                raise Blocked(f"the credential ${name} is not there")
            return match[0]

        return _PLACEHOLDER.sub(real, text) if "$" in text else text

    def reveal_json(self, text: str) -> str:
        return self.reveal(text, _in_json)

    def reveal_url(self, text: str) -> str:
        return self.reveal(text, lambda value: quote(value, safe=""))

    def ours(self, body: str) -> None:
        """Values we make up ourselves and send under a secret's name are no secrets."""
        # Hidden, they would come back as unequal to what was sent, and a law would call that broken.
        before = len(self._ours)
        for pattern in (self._member, issued.PARAMETER) if self._telltale.is_in(body) else ():
            self._ours.update(match["value"] for match in pattern.finditer(body) if match["value"])
        if len(self._ours) > before:
            self._seen.forget()

    # -- on the way in --------------------------------------------------------------------------------------------

    def hide(self, text: str) -> str:
        """Replace every known or recognisable secret in an answer by its placeholder."""
        # What is known goes first, so that it gets its own name and not that of something found by its place.
        text, before = self._hide_known(text), len(self._known)
        if "eyJ" in text:
            text = issued.JWT.sub(self._hide_signature, text)
        if self._telltale.is_in(text):  # where it is missing nothing longer needs to be looked for
            text = self._member.sub(self._hide_member, text)
            text = issued.PARAMETER.sub(self._hide_parameter, text)
        # What was found just now by its place may be elsewhere in the same text, where only its value gives it away.
        return text if len(self._known) == before else self._hide_known(text)

    def hide_answer(self, headers: Sequence[tuple[str, str]], body: str, operation: str) -> tuple[list[str], str]:
        """The values of an answer's headers and its body without secrets; `operation` (a key) is what gave it."""
        if operation in self._granting or issued.may_hold_secrets(headers):
            return self._hide_anew(headers, body, operation)
        values = self._hidden_values(headers)
        text = None if values is None else self._seen.get(body)
        if values is not None and text is not None:
            return values, text
        values, text = self._hide_anew(headers, body, operation)
        self._seen.keep(body, text)
        return values, text

    def _hidden_values(self, headers: Sequence[tuple[str, str]]) -> list[str] | None:
        """The values of headers without secrets; None where one of them has revealed a secret just now."""
        count, values = self._seen.count, []
        for _, value in headers:
            hidden = self._seen.get(value)
            if hidden is None:
                hidden = self.hide(value)
                self._seen.keep(value, hidden)
            values.append(hidden)
        return values if self._seen.count == count else None

    def _hide_anew(self, headers: Sequence[tuple[str, str]], body: str, operation: str) -> tuple[list[str], str]:
        asked = operation in self._granting
        for value in issued.in_cookies(headers):
            if value not in self._open and issued.is_random(value):
                self._named("COOKIE", value, asked=asked)
        for value in (*issued.in_headers(headers), *(issued.in_grant(body) if asked else ())):
            if "eyJ" not in value and value not in self._ours | self._open and not self._is_known(value):
                self._named("TOKEN", value, asked=asked)
        # Together, since what one of them reveals has to be hidden in all of them, and one pass costs less than many.
        *values, text = self.hide(_BETWEEN.join([*(value for _, value in headers), body])).split(_BETWEEN, len(headers))
        return [
            self._hide_cookie(value) if name.lower() == "set-cookie" else value
            for (name, _), value in zip(headers, values, strict=True)
        ], text

    def stand_in(self, value: str) -> str:
        """The placeholder of what is a secret by its place alone; elsewhere it is hidden if nobody could guess it."""
        return f"${self._named('TOKEN', value)}"

    def _is_known(self, value: str) -> bool:
        return self._hide_known(value) != value

    def _hide_from_now_on(self, name: str, value: str) -> None:
        self._known[name] = secret = Secret(name, value)
        self._finder.add(secret)
        self._seen.add(secret)
        if len(secret.folded) < SHORTEST and value:
            # Hidden wherever its letters occur, a PIN of four digits would tear every number apart: only whole values
            # are compared with it.
            self._short[value] = name
            self._seen.forget()
            told = "|".join(re.escape(each) for each in sorted({*self._short, *map(_in_json, self._short)}))
            ends = r'["&\s\x00]|\Z'
            self._whole = re.compile(rf'(?<!\\)(?:(?<=["=\x00])|\A)(?P<value>{told})(?={ends})(?!"\s*:)')

    def _hide_known(self, text: str) -> str:
        raw = text.encode("utf-8", "surrogateescape")
        found = sorted(self._finder.find(raw), key=self._first)
        if found:
            text = self._without(raw, found).decode("utf-8", "surrogateescape")
        return self._whole.sub(self._hide_short, text) if self._whole else text

    @staticmethod
    def _first(found: Found) -> tuple[int, int, bool]:
        """What begins first, the longest of that, by a name of the deployment file rather than one of an answer."""
        return found.start, -found.end, _GIVEN_OUT.fullmatch(found.secret.name) is not None

    def _without(self, raw: bytes, found: Iterable[Found]) -> bytes:
        # Where findings overlap, the first and longest names the place; what reaches beyond it is dropped rather than
        # left, since half a secret is more than nothing.
        pieces: list[bytes] = []
        done = 0
        for each in found:
            if each.start >= done and not _is_name(raw, each):
                pieces += (raw[done : each.start], self._placeholder(raw, each).encode())
                done = each.end
            elif each.start < done:
                done = max(done, each.end)
        return b"".join([*pieces, raw[done:]])

    def _placeholder(self, raw: bytes, found: Found) -> str:
        name, change = found.secret.name, expansion(found)
        if change is None:
            name, change = self._alias(name, found.text.decode("utf-8", "surrogateescape")), ""
        joined = re.match(rb"\w", raw[found.end : found.end + 1])
        told = f"${{{name}{change}}}" if change or joined else f"${name}"
        # A number in JSON becomes a text in quotes, or the body would not be JSON any more.
        number = found.text.isdigit() and re.search(rb"[:\[,]\s*\Z", raw[: found.start][-20:])
        return f'"{told}"' if number and re.match(rb"\s*[,}\]]", raw[found.end : found.end + 20]) else told

    def _alias(self, name: str, text: str) -> str:
        """The name of another spelling of a secret, or of what it was before."""
        made = f"{name.partition('_AS_')[0]}_AS_{self._digest(text)}"
        self._real.setdefault(made, text)
        return made

    def _hide_short(self, match: re.Match[str]) -> str:
        return f"${self._short.get(match['value']) or self._short[json.loads(chr(34) + match['value'] + chr(34))]}"

    def _hide_signature(self, match: re.Match[str]) -> str:
        return f"{match[1]}.${self._named('SIGNATURE', match[2])}"

    def _hide_member(self, match: re.Match[str]) -> str:
        name = match["name"] or match["inner"]
        if name in self._harmless or issued.is_about(name):
            return match[0]
        group = next(each for each in ("value", "values", "text") if match[each] is not None)
        start, end = (place - match.start() for place in match.span(group))
        if group == "values":
            hidden = re.sub(r'"((?:[^"\\]|\\.)+)"', lambda each: f'"{self._hidden_value(each[1])}"', match[group])
        else:
            hidden = self._hidden_value(match[group])
        return match[0][:start] + hidden + match[0][end:]

    def _hidden_value(self, written: str) -> str:
        """A value, as JSON writes it, or its placeholder."""
        if written in self._ours or self._has_placeholder(written):
            return written
        try:
            real = str(json.loads(f'"{written}"'))
        except ValueError:
            real = written
        return written if real in self._open else f"${self._named('TOKEN', real)}"

    def _hide_parameter(self, match: re.Match[str]) -> str:
        name = (match.string[max(0, match.start() - 12) : match.start()] + match["name"]).rpartition("&")[2]
        return match[0] if issued.is_about(name) else f"{match['name']}={self._hidden_value(match['value'])}"

    def _hide_cookie(self, value: str) -> str:
        name, equals, rest = value.partition("=")
        told, semicolon, more = rest.partition(";")
        if not told.strip().strip('"') or self._has_placeholder(told):
            return value
        return f"{name}{equals}${self._named('COOKIE', told.strip())}{semicolon}{more}"

    def _has_placeholder(self, text: str) -> bool:
        found = _PLACEHOLDER.finditer(text) if "$" in text else ()
        names = [match["braced"] or match["plain"] for match in found]
        alone = len(names) == 1 and text in (f"${names[0]}", f"${{{names[0]}}}")
        return any(name in self._real or (alone and _GIVEN_OUT.fullmatch(name)) for name in names)

    def _named(self, kind: str, value: str, *, asked: bool = False) -> str:
        """The name of a secret that an answer revealed; one that tells itself from all others is hidden everywhere."""
        # Keyed by the run: equal secrets get equal names, and nobody can try guesses against a name in a report.
        name = f"{kind}_{self._digest(value)}"
        if name not in self._real and (asked or self._unasked < _KEPT):
            self._real[name] = value
            self._unasked += not asked
            # A value that anybody might have ("active") is hidden in its place alone; elsewhere it is another's.
            if issued.is_random(value) and value not in self._ours and (asked or self._unasked <= _ELSEWHERE):
                self._hide_from_now_on(name, value)
        return name

    def _digest(self, text: str) -> str:
        raw = text.encode("utf-8", "surrogateescape" if text.isascii() else "surrogatepass")
        return hmac.new(self.key, raw, hashlib.sha256).hexdigest()[:12].upper()


def _is_name(raw: bytes, found: Found) -> bool:
    """Whether it is the name of a member: a secret that is a plain word may be one by chance."""
    before, after = raw[found.start - 1 : found.start], raw[found.end : found.end + 20]
    return before == b'"' and bool(re.match(rb'"\s*:', after)) and bool(_WORD.fullmatch(found.secret.value))
