"""Security schemes and requirements: who has to show what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, cast

from attrs import evolve

from specs.contract.extension import extension
from specs.contract.model import Alternative, Kind, Schema, Scheme
from specs.contract.vocabulary import PASSWORDS, REFRESH, fold
from specs.source.keywords import UNUSABLE
from specs.source.pointers import join, resolve

_HTTP: dict[str, Kind] = {"bearer": "bearer", "basic": "basic"}
_KINDS: dict[str, Kind] = {"apiKey": "apiKey", "oauth2": "oauth2", "openIdConnect": "openIdConnect"}
# Which kind of principal holds a credential, and under which key, where the document does not say.
_HOLDERS: dict[Kind, tuple[str, str]] = {
    "apiKey": ("api_key", "key"),
    "bearer": ("bearer", "token"),
    "oauth2": ("bearer", "token"),
    "openIdConnect": ("bearer", "token"),
    "basic": ("basic", "password"),
}


def schemes(raw: Schema) -> dict[str, Scheme]:
    """Give the document's security schemes by name."""
    pointer = "#/components/securitySchemes"
    components = raw.get("components")
    declared = components.get("securitySchemes") if isinstance(components, dict) else None
    found = {
        str(name): _scheme(raw, str(name), node, join(pointer, name))
        for name, node in (declared if isinstance(declared, dict) else {}).items()
        if UNUSABLE not in resolve(raw, node)
    }
    return _tell_apart(found, raw)


def _scheme(raw: Schema, name: str, node: Any, pointer: str) -> Scheme:
    target = resolve(raw, node)
    kind = scheme_kind(target)
    stated = extension(target, pointer, "scheme")
    principal, member = _HOLDERS.get(kind, (None, None))
    location, parameter = carrier(target)
    return Scheme(
        name, kind, cast("Literal['header', 'query', 'cookie']", location), parameter,
        stated.get("principal", principal), stated.get("member", member), pointer,
    )  # fmt: skip


def scheme_kind(node: Schema) -> Kind:
    """Classify a security scheme object."""
    if node.get("type") == "http":
        return _HTTP.get(str(node.get("scheme", "")).lower(), "other")
    return _KINDS.get(str(node.get("type")), "other")


def carrier(node: Schema) -> tuple[str, str]:
    """Say what carries the credential of a security scheme object: (location, name)."""
    if node.get("type") == "apiKey":
        location = node.get("in")
        return (location if location in ("query", "cookie") else "header"), str(node.get("name", "Authorization"))
    return "header", "Authorization"


_CREDENTIAL = r"(?:authentication|authorization|credentials?|a login|login|an? token|tokens?|an? api key|api key)"
_OPEN = re.compile(
    r"\b(?:endpoint|operation|route|resource|method|call|api) is "
    r"(?:not authenticated|unauthenticated|not protected|public|open)\b"
    rf"|\b(?:no|without(?: any)?) {_CREDENTIAL} (?:is |are )?(?:required|needed|necessary)\b"
    rf"|\b(?:does|do) not (?:require|need) (?:any )?(?:{_CREDENTIAL}|to be (?:authenticated|logged in))\b"
    rf"|\b{_CREDENTIAL} (?:is|are) not (?:required|needed|necessary)\b"
    rf"|\bcan be (?:called|used|accessed) (?:anonymously|without {_CREDENTIAL})\b",
    re.IGNORECASE,
)


def says_open(prose: str) -> bool:
    """Say whether the prose of an operation tells that it needs no credential, whatever its security says."""
    return _OPEN.search(prose) is not None


_FACTS = re.compile(
    r"versions?|health|healthz|healthchecks?|live|livez|liveness|alive|ready|readyz|readiness|ping|heartbeat|status|uptime|"
    r"time|openapi|swagger|schema|spec|docs",
    re.IGNORECASE,
)


def tells_facts(method: str, path: str) -> bool:
    """Say whether an operation looks at what everybody may know of a server, such as its version or its health."""
    last = path.rstrip("/").rpartition("/")[2].strip("_").partition(".")[0]
    return method == "get" and "{" not in path and _FACTS.fullmatch(re.sub("[-_]", "", last)) is not None


_GRANT = re.compile(
    r"(?:^|[/_-])(log_?-?in|sign_?-?in|tokens?|refresh|sessions?|authenticate|auth|oauth2?)[/_-]?$", re.IGNORECASE
)


def gives_credentials(method: str, path: str) -> bool:
    """Say whether an operation is called like a login, a token endpoint or a refresh."""
    return method.upper() == "POST" and _GRANT.search(path) is not None


def takes_its_own_credential(method: str, path: str, sent: Iterable[str]) -> bool:
    """Say whether an operation is shown in its body by whom it is called: a login or a refresh with such a member."""
    return gives_credentials(method, path) and not {*PASSWORDS, *REFRESH}.isdisjoint(map(fold, sent))


def _tell_apart(found: dict[str, Scheme], raw: Schema) -> dict[str, Scheme]:
    """Where one inferred principal would hold two credentials under one key, let the schemes' names be the keys.

    A bearer and OAuth2 are two ways to write of one token, as FastAPI does of every guarded operation.
    """
    stated = {name for name in found if "x-contract" in resolve(raw, raw["components"]["securitySchemes"][name])}
    uses = Counter((scheme.principal, scheme.member, scheme.kind) for scheme in found.values())
    return {
        name: evolve(scheme, member=name)
        if name not in stated and scheme.member and uses[scheme.principal, scheme.member, scheme.kind] > 1
        else scheme
        for name, scheme in found.items()
    }


def alternatives(
    requirements: Any, known: dict[str, Scheme], pointer: str
) -> tuple[tuple[Alternative, ...], str | None]:
    """Read a `security` list, and say why nobody can call if no alternative has only schemes that are defined."""
    found: list[Alternative] = []
    undefined: str | None = None
    for index, requirement in enumerate(requirements or ()):
        place = join(pointer, index)
        unknown = next((name for name in requirement if name not in known), None)
        if unknown is None:
            found.append(Alternative(tuple(known[name] for name in requirement), place))
        else:
            undefined = f"{place}: the security scheme {unknown} is used but not defined"
    return tuple(found), None if found else undefined


def where_unsaid(raw: Schema, known: dict[str, Scheme]) -> tuple[Alternative, ...]:
    """What goes for every operation where the document defines schemes and says nowhere who needs them.

    Everybody is let in, and whoever is not may show one of them: frameworks write schemes down by themselves.
    """
    paths = raw.get("paths")
    items = [each for each in paths.values() if isinstance(each, dict)] if isinstance(paths, dict) else []
    told = "security" in raw or any(
        "security" in node for item in items for node in item.values() if isinstance(node, dict)
    )
    if told or not known:
        return ()
    ways = [(), *((scheme,) for scheme in known.values())]
    return tuple(Alternative(way, "#/components/securitySchemes") for way in ways)
