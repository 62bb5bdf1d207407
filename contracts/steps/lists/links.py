"""Addresses of neighbouring pages, as a response gives them: in its body, or in a Link header (RFC 8288)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import SplitResult, unquote_plus, urljoin, urlsplit

import weblinking

from contracts.core.conversation import NotObservable
from contracts.core.exchange import Exchange, Request
from contracts.request.api import RequestFactory
from contracts.request.url import path_values


def next_link(exchange: Exchange) -> str | None:
    """The address of the next page; None where the response gives none."""
    return _told(exchange, "link", "next")


def previous_link(exchange: Exchange) -> str | None:
    """The address of the page before; None where the response gives none."""
    return _told(exchange, "previous_link", "prev") or _told(exchange, "previous_link", "previous")


def _told(exchange: Exchange, role: str, relation: str) -> str | None:
    paging = exchange.operation.paging
    if paging is None or exchange.response is None:
        return None
    if "link" in paging.headers:
        name = paging.headers["link"].lower()
        return relations(value for key, value in exchange.response.headers if key.lower() == name).get(relation)
    told = exchange.page(role) if role in paging.members else None
    return told if isinstance(told, str) and told else None


def relations(lines: Iterable[str]) -> dict[str, str]:
    """The addresses in the lines of a Link header by their relation, in lower case; the first of each counts.

    A link with an anchor speaks of something else than the answer it came with, and is left out.
    """
    found: dict[str, str] = {}
    for link in weblinking.parse(lines):
        for relation in link.rels if not link.anchor else ():
            found.setdefault(relation, link.uri)
    return found


def address(api: RequestFactory, exchange: Exchange, link: str) -> str:
    """A link as a whole address: relative ones are meant from the URL of the request."""
    return urljoin(api.deployment.base_url + exchange.request.target, link)


def same_server(api: RequestFactory, whole: str) -> bool:
    """Whether an address is one of this deployment: same scheme, host and port."""
    return _origin(urlsplit(api.deployment.base_url)) == _origin(urlsplit(whole))


def forgets_base(api: RequestFactory, whole: str) -> bool:
    """Whether an address of this server is that of the operation, but not below the deployment's base path.

    Raises NotObservable for any other path that is not below it: nothing outside of the deployment is requested.
    """
    base, path = urlsplit(api.deployment.base_url).path.rstrip("/"), urlsplit(whole).path
    if path == base or path.startswith(base + "/"):
        return False
    if path_values(api.operation, path) or path == api.operation.path:
        return True
    raise NotObservable(f"the link leads to {path[:80]}, which is not below {api.deployment.base_url}")


def _origin(address: SplitResult) -> tuple[str, str | None, int | None]:
    return address.scheme, address.hostname, address.port or _PORTS.get(address.scheme)


_PORTS = {"http": 80, "https": 443}


def is_address(text: str) -> bool:
    """Whether a text is an address and not a cursor, which may have a slash in it."""
    return "://" in text or text.startswith("?") or (text.startswith("/") and "?" in text)


def _credential_in_query(request: Request, link: str) -> str:
    """The part of a request's query that shows who asks and that a link does not carry: a server may keep it out."""
    schemes = (scheme for way in request.operation.security for scheme in way.schemes)
    meant = {each.parameter for each in schemes if each.location == "query"} - {_name(each) for each in link.split("&")}
    return "&".join(each for each in urlsplit(request.target).query.split("&") if _name(each) in meant)


def _name(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0])


def leads_to(api: RequestFactory, exchange: Exchange, link: str) -> Request:
    """The request of a link, always to this deployment: no credential is ever sent anywhere else."""
    whole = urlsplit(address(api, exchange, link))
    prefix = urlsplit(api.deployment.base_url).path.rstrip("/")
    path = whole.path.removeprefix(prefix) if prefix and whole.path.startswith(prefix + "/") else whole.path
    request = exchange.request
    query = "&".join(filter(None, (whole.query, _credential_in_query(request, whole.query))))
    target = f"{path}?{query}" if query else path
    return Request(request.operation, target or "/", headers=request.headers, principal=request.principal)
