"""The deployment file to begin with: everything that a document tells, so that only secrets have to be filled in."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin, urlsplit

import attrs

from contracts.config import kinds
from contracts.config.production import is_test_place
from contracts.request.needs import Need, need_of, stated
from specs.contract import Contract, Operation, Resource, Scheme
from specs.contract.logins import flows, served_at
from specs.contract.selectors import resource_of_parameter
from specs.contract.servers import base_paths, base_urls

NOWHERE = "http://127.0.0.1:8000"
"""Where a deployment is taken to be whose document does not say it."""
TENANTS = ("acme", "rival")
ENOUGH = 0.1
"""The part of the operations from which on a path parameter that nobody can find out is asked for."""
TAKEN = {*(each.name for each in kinds.COMMON), "login"}
"""Keys that mean something else in every principal: path parameters that are called so have a table of their own."""
SECOND = (
    "A second tenant: with it a run finds out whether one customer can read or change what belongs to another.",
    "Its credential has to be that of somebody else, who shares no data with the first.",
)


@attrs.frozen
class Somebody:
    """A principal to be named: its kind, the keys it needs, and the operations that it is for."""

    kind: str
    keys: tuple[str, ...]
    schemes: tuple[Scheme, ...]
    operations: int
    login: Need | None = None
    discovery: str | None = None
    token_url: str | None = None
    """Where its token is got, where that is another origin than the document's servers."""

    @property
    def told(self) -> str:
        """The schemes it satisfies, in words."""
        return " and ".join(f"{each.name} ({_way(each)})" for each in self.schemes)


def _way(scheme: Scheme) -> str:
    if scheme.kind == "apiKey":
        return f"{scheme.parameter} in the {scheme.location}"
    return {"bearer": "HTTP bearer", "basic": "HTTP Basic", "oauth2": "OAuth2"}.get(scheme.kind, "OpenID Connect")


def base_url_of(contract: Contract, given: str | None) -> str:
    """Where the deployment is: as given, below the path of the document's servers, or as these say."""
    if given is None:
        stated_urls = served_from(contract)
        return stated_urls[0] if stated_urls else NOWHERE + next(iter(base_paths(contract.document.raw)), "")
    paths = base_paths(contract.document.raw)
    if not urlsplit(given).path.strip("/") and paths and "" not in paths:
        return given.rstrip("/") + paths[0]
    return given.rstrip("/")


def served_from(contract: Contract) -> list[str]:
    """The addresses of the document's servers, relative ones as OpenAPI has it: to where the document is served.

    An empty one is the root, as generators mean it, and not the address of the document itself.
    """
    location = contract.document.location
    stated_urls = base_urls(contract.document.raw) or ("/",)
    found = [urljoin(location, each or "/") if "://" in location else each for each in stated_urls]
    return [each.rstrip("/") for each in found if urlsplit(each).netloc]


def somebodies(contract: Contract) -> tuple[list[Somebody], list[Somebody]]:
    """As few principals as can call everything, and those that would be further ways to the same."""
    ways = _ways(contract)
    waiting = [each for each in contract.operations if any(way.schemes for way in each.security)]
    chosen: list[Somebody] = []
    while waiting and ways:
        best = max(ways, key=lambda way: sum(_opens(way, each) for each in waiting))
        opened = [each for each in waiting if _opens(best, each)]
        if not opened:
            break
        chosen.append(attrs.evolve(ways.pop(best), operations=len(opened)))
        waiting = [each for each in waiting if each not in opened]
    return chosen, [each for each in ways.values() if not _made_by_run(contract, each)]


def _opens(way: tuple[str, ...], operation: Operation) -> bool:
    return any(way == tuple(sorted(scheme.name for scheme in each.schemes)) for each in operation.security)


def _ways(contract: Contract) -> dict[tuple[str, ...], Somebody]:
    """Every combination of schemes that suffices for some operation, with whom it takes."""
    counts: Counter[tuple[str, ...]] = Counter()
    schemes: dict[tuple[str, ...], tuple[Scheme, ...]] = {}
    for operation in contract.operations:
        for each in operation.security:
            name = tuple(sorted(scheme.name for scheme in each.schemes))
            counts[name] += bool(name)
            schemes[name] = each.schemes
    made = {name: _somebody(contract, schemes[name], count) for name, count in counts.items() if count}
    return {name: each for name, each in made.items() if each is not None}


def _somebody(contract: Contract, schemes: tuple[Scheme, ...], count: int) -> Somebody | None:
    needs = [need_of(contract, each) for each in schemes]
    if any(each is None for each in needs):
        return None
    whole = {need.kind for need in needs if need}
    order = sorted(range(len(schemes)), key=lambda place: not _leads(needs[place]))
    first, *others = (needs[place] for place in order)
    assert first is not None
    keys = _login_keys(first) or first.keys
    if len(whole) > 1 or (others and not stated(schemes[order[0]])):
        keys += tuple(schemes[place].name for place in order[1:])
    elsewhere = _elsewhere(contract, schemes) if first.kind in {"password", "client_credentials"} else None
    return Somebody(first.kind, keys, schemes, count, first if first.login else None, first.discovery, elsewhere)


def _elsewhere(contract: Contract, schemes: tuple[Scheme, ...]) -> str | None:
    """The tokenUrl of a flow, where it is neither an operation of the document nor at one of its servers."""
    own = {urlsplit(each).netloc for each in base_urls(contract.document.raw)}
    for scheme in schemes:
        for flow in flows(contract, scheme).values():
            url = str(flow.get("tokenUrl") or "")
            if urlsplit(url).netloc and served_at(contract, url) is None:
                return (
                    urlsplit(url).path if urlsplit(url).netloc in own else url
                )  # of its own server: here, at base_url
    return None


def _leads(need: Need | None) -> bool:
    """Whether a scheme says what kind a principal is that has to satisfy several."""
    return need is not None and (need.kind not in {"api_key", "basic"})


def _login_keys(need: Need) -> tuple[str, ...]:
    if need.login is None:
        return ()
    return ("email" if "mail" in need.login.name.lower() else "username", "password")


def _made_by_run(contract: Contract, somebody: Somebody) -> bool:
    """Whether a run makes such a principal itself: a user that holds tokens."""
    access = contract.tokens.access.scheme if contract.tokens else None
    return access is not None and somebody.schemes == (access,) and stated(access)


def unknown_parameters(contract: Contract) -> dict[str, int]:
    """Path parameters whose values nobody can find out, with the number of operations that need each.

    Or make: what is written below something that a list shows and no run can make is below what the file names.
    """
    counts: Counter[str] = Counter()
    below: Counter[str] = Counter()
    resources: defaultdict[str, set[Resource | None]] = defaultdict(set)
    for operation in contract.operations:
        for name in operation.path_parameters:
            parameter = operation.parameter(name, "path")
            named = resource_of_parameter(contract, operation, name)
            resources[name].add(named)
            if parameter and parameter.source:
                continue
            counts[name] += named is None
            inside = not operation.safe and not operation.path.rstrip("/").endswith("{" + name + "}")
            below[name] += inside and named is not None and named.create is None
    # several resources whose parameters have the same name have no value in common
    alone = {name: count for name, count in below.items() if count and len(resources[name]) == 1}
    return {name: count for name, count in counts.items() if count} | alone


def _snake(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()).strip("_")


# -- the text ---------------------------------------------------------------------------------------------------------


def text(
    contract: Contract, base_url: str, document: str, *, schema: str, tenants: int = 1, overlays: Sequence[str] = ()
) -> str:
    """The file, without what only a plan can tell. `schema`: where editors find what it may say."""
    chosen, others = somebodies(contract)
    asked = unknown_parameters(contract)
    held = {_fold(key) for each in chosen for key in each.keys}
    needed = {name: count for name, count in asked.items() if _fold(name) not in held}
    lines = [
        f"#:schema {schema}",
        f"# {contract.document.title}, judged. Set the environment variables named here; docs/deployment-file.md tells",
        "# what each key means.",
        *(f"# {line}" for line in found(contract)),
        "",
        *_deployment(base_url, document),
        *([f"overlay = {json.dumps(list(overlays))}"] if overlays else []),
        "",
        "[budget]",
        'pace = "declared"  # never faster than the limits that the document declares',
    ]
    for number, tenant in enumerate(TENANTS):
        block = list(_tenant(contract, chosen, tenant, needed))
        if number >= tenants:
            lines += ["", *(f"# {line}" for line in SECOND if block), *(f"# {line}" if line else "" for line in block)]
        else:
            lines += ["", *block]
    lines += _further(others)
    lines += _parameters(needed, ENOUGH * len(contract.operations))
    return "\n".join(lines).rstrip() + "\n"


def found(contract: Contract) -> Iterator[str]:
    """What was read of the document, in a few lines."""
    lists = Counter(each.paging.dialect for each in contract.operations if each.paging)
    told = ", ".join(f"{count} by {dialect}" for dialect, count in lists.most_common())
    yield f"operations  {len(contract.operations)}"
    yield f"lists       {told}" if told else "lists       none that is paged"
    if contract.tokens and contract.tokens.issue:
        issued = ", ".join(each.key for each in contract.tokens.issue)
        by = contract.tokens.refresh
        yield f"tokens      issued by {issued}" + (f", refreshed by {by.key}" if by else "")
    limited = sum(bool(each.limits) for each in contract.operations)
    yield f"limits      {limited} operations declare one" if limited else "limits      none is declared"


def _deployment(base_url: str, document: str) -> Iterator[str]:
    yield "[deployment]"
    yield f"name = {json.dumps(urlsplit(base_url).hostname or 'deployment')}"
    yield f"base_url = {json.dumps(base_url)}"
    yield f"document = {json.dumps(document)}"
    if is_test_place(base_url):
        yield "writes = true  # what a run makes itself it may change, and removes at its end; nothing else"
    else:
        yield "writes = false  # true: a run makes things, changes and removes those; then say what this place is:"
        yield '# environment = "staging"'


def _tenant(contract: Contract, chosen: list[Somebody], tenant: str, asked: dict[str, int]) -> Iterator[str]:
    total = len(contract.operations)
    if not chosen:
        return
    for number, each in enumerate(chosen):
        name = tenant if not number else f"{tenant}-{each.kind.replace('_', '-')}"
        yield from () if not number else ("",)
        yield f"# {each.told}: for {each.operations} of {total} operations"
        yield from _principal(each, name, tenant)
        if not number:
            for key, (parameter, count) in _by_key(asked).items():
                line = f'{key} = "env:{_variable(tenant, key)}"'
                often = count >= ENOUGH * total
                yield f"{line}  # {{{parameter}}} in {count} paths" if often else f"# {line}  # in {count} paths"


def _by_key(asked: dict[str, int]) -> dict[str, tuple[str, int]]:
    """Path parameters by the key that a principal knows them by: those that are spelled alike have one."""
    keys = {_snake(name): (name, count) for name, count in asked.items()}
    return {key: told for key, told in keys.items() if key and key not in TAKEN}


def _principal(somebody: Somebody, name: str, tenant: str) -> Iterator[str]:
    yield "[[principals]]"
    yield f"name = {json.dumps(name)}"
    yield f"tenant = {json.dumps(tenant)}"
    yield f"kind = {json.dumps(somebody.kind)}"
    if somebody.login and somebody.login.login:
        yield f"login = {{operation = {json.dumps(somebody.login.login.operation.key)}}}"
    for key in somebody.keys:
        yield f'{_key(key)} = "env:{_variable(name, key)}"'
    if somebody.token_url:
        other = "  # another server than base_url: its secrets go there" if "://" in somebody.token_url else ""
        yield f"token_url = {json.dumps(somebody.token_url)}{other}"
    if somebody.discovery:
        yield f"discovery = {json.dumps(somebody.discovery)}  # asked for its token_endpoint"


def _variable(name: str, key: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", f"{name}_{_snake(key)}".upper()).strip("_")


def _fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _further(others: list[Somebody]) -> list[str]:
    """Other ways to the same operations."""
    lines: list[str] = []
    for each in others:
        lines += ["", f"# Also accepted: {each.told}"]
        lines += [f"# {line}" for line in _principal(each, f"{TENANTS[0]}-{each.kind.replace('_', '-')}", TENANTS[0])]
    return lines


def _parameters(asked: dict[str, int], often: float) -> list[str]:
    """Values that are the same for everybody: asked for where no principal can know them and many operations do."""
    if not asked:
        return []
    needed = {name for name, count in asked.items() if _snake(name) in TAKEN and count >= often}
    mark = "" if needed else "# "
    return [
        "",
        "# Values of path parameters that are the same for everybody may stand here instead.",
        f"{mark}[parameters]",
        *(_everybodys(name, count) if name in needed else f'# {_key(name)} = "…"' for name, count in asked.items()),
    ]


def _everybodys(name: str, count: int) -> str:
    return f'{_key(name)} = "env:{_variable("any", name)}"  # {{{name}}} in {count} paths'


def _key(name: str) -> str:
    """A key as TOML has it, quoted where it must be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def closed(reasons: dict[str, str]) -> list[str]:
    """The table of operations that will not be asked, each with why and the line that allows it."""
    if not reasons:
        return []
    lines = [
        "",
        "# Not asked, since they could change what a run has not made. Take the # away to allow one.",
        "[writes]",
    ]
    lines += ["allow = [", *(f"  # {json.dumps(key)},  # {why}" for key, why in reasons.items()), "]"]
    return lines
