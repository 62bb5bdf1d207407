"""What a deployment gives out that is secret: told by where it stands in an answer, as nobody knows it beforehand."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

WORDS = (
    "secret", "token", "passw", "passphrase", "pass_phrase", "privatekey", "private_key", "apikey", "api_key",
    "authorization",
)  # fmt: skip
"""What names of secrets have in them."""
_NAMES = "|".join(WORDS)
TELLTALE = re.compile(_NAMES, re.IGNORECASE)
"""The same, to be looked for in a name."""
JWT = re.compile(r"\b(eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{8,})")
PARAMETER = re.compile(rf"(?P<name>(?:{_NAMES})[\w.-]{{0,40}})=(?P<value>[^\s&;,\"'<>\\#\x00]{{8,}})", re.IGNORECASE)
"""A parameter with such a name, in an address or a message."""
_ABOUT = re.compile(
    r"((?i:type|kind|scopes?|ur[il]|endpoint|method|status|hint|expires|expiry)|_in|_at|(?<=[a-z])(In|At))$"
)
"""Ends of names that tell something about a secret, not the secret itself: token_type, password_changed_at."""
_PLACE = re.compile(r"(page|next|previous|prev|continuation|cursor|sync)[_-]?token$", re.IGNORECASE)
"""Names of what is called a token and says only where a list goes on."""
_OPEN = re.compile(
    r"(?i:(^|_)(id|u?uid|name|e?mail|role|locale|language|scopes?|state|issuer|audience|algorithm|version)$)|[a-z]Id$"
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d|[A-Z][a-z]{2}, \d")
_ADDRESS = re.compile(r"\S+@\S+\.\w+$|[a-z][a-z0-9+.-]*:/?/")


def member(names: Collection[str]) -> re.Pattern[str]:
    """What finds members of JSON, also of JSON inside a text, that hold secrets; `names`: others that do."""
    told = "|".join([rf"[^\"\\]*(?:{_NAMES})[^\"\\]*", *map(re.escape, sorted(names))])
    return re.compile(
        rf'"(?P<name>{told})"\s*:\s*(?:"(?P<value>(?:[^"\\]|\\.)+)"|(?P<values>\[\s*"[^\]]*"\s*\]))'
        rf'|\\+"(?P<inner>{told})\\+"\s*:\s*\\+"(?P<text>[^"\\]+)',
        re.IGNORECASE,
    )


def is_about(name: str) -> bool:
    """Whether what is called so tells about a secret only, or is none."""
    return _ABOUT.search(name) is not None or _PLACE.search(name) is not None


def is_random(value: str) -> bool:
    """Whether a text looks as if nobody should guess it, so that it is the same secret wherever it stands."""
    # Dates and addresses are long and mixed too, but everybody may know them; hidden, they could not be judged.
    if len(value) < 8 or re.search(r"\s", value) or _DATE.match(value) or _ADDRESS.match(value):
        return False
    mixed = any(each.isdigit() for each in value) and any(each.isalpha() for each in value)
    return len(set(value)) >= 5 and (mixed or len(value) >= 16)


def in_cookies(headers: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The values of the cookies that an answer sets."""
    for name, value in headers:
        if name.lower() == "set-cookie":
            told = value.partition(";")[0].partition("=")[2].strip().strip('"')
            if told:
                yield told


def in_headers(headers: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The values of headers that are named like a secret, such as X-Auth-Token."""
    for name, value in headers:
        if TELLTALE.search(name) and not is_about(name) and not name.lower().startswith("access-control-"):
            word = value.rpartition(" ")[2]
            if is_random(word):
                yield word


def may_hold_secrets(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether an answer sets a cookie, or has a header that is named like a secret."""
    return any(_is_telling(name) for name, _ in headers)


@lru_cache(maxsize=1024)
def _is_telling(name: str) -> bool:
    return name.lower() == "set-cookie" or TELLTALE.search(name) is not None


def in_grant(body: str) -> Iterator[str]:
    """Whatever may be secret in the answer of an operation that gives out tokens."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = body.strip()
    yield from (each for each in _texts(told) if is_random(each))


def _texts(value: Any, name: str = "") -> Iterator[str]:
    waiting: list[tuple[str, Any]] = [(name, value)]  # no recursion: a deployment decides how deep its JSON is
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.items()
        elif isinstance(value, list):
            waiting += [(name, each) for each in value]
        elif isinstance(value, str) and not is_about(name) and not _OPEN.search(name):
            yield value
