"""Ways in which servers write a text, and whether another text shows it in any of them."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, unquote


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _url_safe(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent": lambda text: quote(text, safe=""),
    "percent, slashes left": lambda text: quote(text, safe="/:+=&"),
    "percent in small letters": lambda text: "".join(f"%{each:02x}" for each in text.encode()),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent twice, every letter": lambda text: "".join(f"%25{each:02X}" for each in text.encode()),
    "Base64": _coded,
    "Base64 without padding": lambda text: _coded(text).rstrip("="),
    "Base64 for URLs": _url_safe,
    "Base64 of user:token": lambda text: _coded(f"user:{text}"),
    "Base64, one byte before": lambda text: _coded(f"a{text}!!"),
    "Base64, two bytes before": lambda text: _url_safe(f"ab{text}and more"),
    "Base64, three bytes before": lambda text: _coded(f"abc{text}"),
    "Base64 in percent": lambda text: quote(_coded(f"user:{text}"), safe=""),
    "hexadecimal": lambda text: text.encode().hex(),
    "HEXADECIMAL": lambda text: text.encode().hex().upper(),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON with slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON, every letter": lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    "JSON, some letters": lambda text: json.dumps(text)[1:-1].replace("<", "\\u003C").replace("&", "\\u0026"),
    "HTML": html.escape,
    "HTML, every letter": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "HTML, every letter in hexadecimal": lambda text: "".join(f"&#x{ord(each):X};" for each in text),
    "capitals": str.upper,
    "small letters": str.lower,
    "the other case": str.swapcase,
    "split by blanks": lambda text: " ".join(text[place : place + 4] for place in range(0, len(text), 4)),
    "split by lines": lambda text: "\r\n\t".join(text[place : place + 5] for place in range(0, len(text), 5)),
    "its beginning": lambda text: text[:12],
    "its end": lambda text: text[-12:],
    "without its last letter": lambda text: text[:-1],
    "without its first letter": lambda text: text[1:],
}
"""By name, how a text may come back."""


def shown(secret: str, text: str) -> list[str]:
    """What a text shows of a secret: 12 letters of its beginning or its end, in whatever form and under any escapes."""
    texts = {text}
    for _ in range(4):
        texts |= {bare(each) for each in texts for bare in (unquote, html.unescape, _without_backslashes)}
    folded = {_fold(each) for each in texts}
    return [name for name, part in parts(secret).items() if any(_fold(part) in each for each in folded)]


def parts(secret: str) -> dict[str, str]:
    """What would show a secret, by what it is."""
    parts = {"beginning": secret[:12], "end": secret[-12:], "digits": secret[:12].encode().hex()}
    for before in range(3):
        coded = _coded("x" * before + secret[:12])[before + before % 2 : -4]
        parts |= {f"Base64 {before}": coded, f"Base64 for URLs {before}": coded.replace("+", "-").replace("/", "_")}
    return parts


def _fold(text: str) -> str:
    """Without white space and letter case."""
    return "".join(text.split()).lower()


def _without_backslashes(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return re.sub(r"\\u([0-9a-fA-F]{4})|\\(.)", lambda each: chr(int(each[1], 16)) if each[1] else each[2], text)
