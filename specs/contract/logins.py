"""How a document lets a client come by a credential: logins among its operations, flows of its OAuth schemes."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from specs.contract.contract import Contract
from specs.contract.model import Operation, Scheme
from specs.contract.schema_queries import Member, members
from specs.contract.secret_answers import grants
from specs.contract.servers import base_paths
from specs.contract.vocabulary import PASSWORDS, WRAPPERS, fold
from specs.source.pointers import join, look_up, resolve

NAMES = ("username", "email", "login", "user", "emailaddress", "mail", "identifier", "userid", "account")
"""Members by which a login is told who comes, the likeliest first."""
ACCESS = (
    "accesstoken", "accessjwt", "token", "jwt", "authtoken", "bearertoken", "bearer", "sessiontoken", "access",
    "idtoken", "key", "apikey", "sessionid", "session",
)  # fmt: skip
"""Members of an answer that are an access token, the likeliest first."""
_NO_LOGIN = re.compile(r"regist|sign_?-?up|forgot|reset|verify|confirm|change|logout|sign_?-?out|revoke", re.IGNORECASE)


@frozen
class Login:
    """An operation that takes who somebody is. `name`, `password`: the members of its body that say so.

    `token`: where an answer has the token, None where it only sets a cookie.
    """

    operation: Operation
    name: str
    password: str
    token: str | None


def logins(contract: Contract) -> tuple[Login, ...]:
    """Give the operations by which a user logs in, those that answer with a token first."""
    found = [login for each in contract.operations if (login := _login(contract, each)) is not None]
    return tuple(sorted(found, key=lambda each: (each.token is None, not grants(each.operation))))


def _login(contract: Contract, operation: Operation) -> Login | None:
    if operation.method != "POST" or operation.body is None or operation.path_parameters or operation.unusable:
        return None
    guarded = bool(operation.security) and all(each.schemes for each in operation.security)
    if guarded and not grants(operation):  # a login that is called so is open, though the document forgets to say it
        return None
    if _NO_LOGIN.search(operation.path) or not (grants(operation) or token_place(contract, operation)):
        return None
    declared = contract.body_rules(operation)
    name, password = named(declared, NAMES), named(declared, PASSWORDS)
    return Login(operation, name, password, token_place(contract, operation)) if name and password else None


def named(held: Any, wanted: tuple[str, ...]) -> str | None:
    """Find the member whose folded name is one of some, the likeliest first."""
    folded = {fold(name): name for name in held}
    return next((folded[each] for each in wanted if each in folded), None)


def token_place(contract: Contract, operation: Operation) -> str | None:
    """Point at the access token in an operation's success; None where it shows none."""
    for answer in operation.success:
        if answer.schema is not None and (found := _placed(contract, members(contract.document.raw, answer.schema))):
            return found
    return None


def _placed(contract: Contract, outer: dict[str, Member]) -> str | None:
    if name := named(outer, ACCESS[:8]):
        return join("", name)
    for wrapper, member in outer.items():
        if fold(wrapper) in WRAPPERS and (name := named(members(contract.document.raw, member.schema), ACCESS)):
            return join(join("", wrapper), name)
    return None


def flows(contract: Contract, scheme: Scheme) -> dict[str, dict[str, Any]]:
    """Give the flows of an OAuth scheme by name, {} of any other."""
    node = resolve(contract.document.raw, look_up(contract.document.raw, scheme.pointer))
    found = node.get("flows")
    return {name: each for name, each in found.items() if isinstance(each, dict)} if isinstance(found, dict) else {}


def discovery_of(contract: Contract, scheme: Scheme) -> str | None:
    """Give the address where an OpenID Connect scheme describes itself."""
    node = resolve(contract.document.raw, look_up(contract.document.raw, scheme.pointer))
    url = node.get("openIdConnectUrl")
    return url if isinstance(url, str) and url else None


def served_at(contract: Contract, url: str) -> Operation | None:
    """Give the operation of the document that answers a POST to an address, or a path, wherever it is served."""
    path = urlsplit(url).path
    paths = {path, f"/{path.lstrip('/')}"} | {
        path.removeprefix(base) for base in base_paths(contract.document.raw) if path.startswith(base)
    }
    plain = {each.strip("/") for each in paths}
    posts = (each for each in contract.operations if each.method == "POST" and not each.path_parameters)
    return next((each for each in posts if each.path.strip("/") in plain), None)


def token_endpoint(contract: Contract) -> Operation | None:
    """Give the operation that is a token endpoint of OAuth: it takes a `grant_type`."""
    posts = (each for each in contract.operations if each.method == "POST" and each.body and not each.path_parameters)
    return next((each for each in posts if "grant_type" in contract.body_rules(each)), None)
