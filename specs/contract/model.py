"""The words a contract is made of. Plain frozen data, built by the other modules of this package.

A pointer is a JSON pointer with a leading `#`; it may pass through references, so that it reads like the place the API
owner wrote. A pointer into an answer ("/data/user") has no `#` and counts from the body's root, or from whatever its
owner's docstring names.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from attrs import field, frozen

Schema = dict[str, Any]
Location = Literal["path", "query", "header", "cookie", "body"]
Kind = Literal["bearer", "basic", "apiKey", "oauth2", "openIdConnect", "other"]
Dialect = Literal["offset", "page", "cursor"]
SAFE = ("GET", "HEAD", "OPTIONS")


@frozen
class Limit:
    """At most `requests` in `window` seconds. `implied`: a longer limit that cannot bind while a shorter one holds."""

    period: str
    window: float
    requests: int
    pointer: str
    implied: bool = False


@frozen
class Source:
    """Where valid values of an input are found: at `value` inside each resource that an operation answers with."""

    operation_id: str
    value: str


@frozen
class Filter:
    """What a query parameter keeps: items whose `member` is in, equals, contains, after or before its value."""

    member: str
    by: str
    inferred: bool = False
    """Whether nothing but names says so, and no document."""


@frozen
class Sort:
    """Which member of the items a query parameter sorts by."""

    member: str


@frozen(eq=False)
class Parameter:
    """One input in the path, the query, a header or a cookie. `schema` is as written and may contain references.

    `style` is one of OpenAPI's, or "json" where the value is a JSON text.
    """

    name: str
    location: Location
    required: bool
    schema: Schema
    style: str
    explode: bool
    pointer: str
    example: Any = None
    source: Source | None = None
    filter: Filter | None = None
    sort: Sort | None = None
    description: str = ""

    @property
    def separator(self) -> str:
        """Give what stands between the elements of an array that is written as one text."""
        return {"pipeDelimited": "|", "spaceDelimited": " "}.get(self.style, ",")


@frozen(eq=False)
class Body:
    """A request body in its preferred media type. `sources` maps members' places to where their values come from.

    `composed`: the document has no example of it, and the one here was made of what its schema says;
    `fullest` is one with all members, {} where there is an example. Of a form, `kinds`
    gives the type of each member by its place ("address/city", with "[]" behind it for an array of such; "binary" for
    files), and `bracketed` names the arrays that are written with brackets.
    """

    required: bool
    media_type: str
    schema: Schema
    examples: tuple[Any, ...]
    pointer: str
    sources: dict[str, Source] = field(factory=dict)
    composed: bool = False
    fullest: Any = field(factory=dict)
    kinds: dict[str, str] = field(factory=dict)
    bracketed: frozenset[str] = frozenset()


@frozen(eq=False)
class Header:
    """A header that an answer declares."""

    name: str
    required: bool
    schema: Schema
    pointer: str
    description: str = ""


@frozen(eq=False)
class Answer:
    """A declared answer. `status` may be a range ("4XX") or "default"; `schema` is that of its JSON body."""

    status: str
    media_types: tuple[str, ...]
    schema: Schema | None
    headers: tuple[Header, ...]
    pointer: str
    description: str
    schema_pointer: str = ""
    examples: tuple[Any, ...] = ()
    unusable: str | None = None
    """The defect of the document that keeps what it carries from being judged; None for a sound answer."""

    @property
    def succeeds(self) -> bool:
        """Say whether this is a 2xx answer."""
        return self.status.startswith("2")


@frozen
class Scheme:
    """A way to authenticate: `parameter` is the header, query parameter or cookie that carries the credential.

    `principal` and `member` say which kind of principal holds it, under which key of the deployment file.
    """

    name: str
    kind: Kind
    location: Literal["header", "query", "cookie"]
    parameter: str
    principal: str | None
    member: str | None
    pointer: str


@frozen
class Alternative:
    """Schemes that suffice together. None at all: the operation may be called without a credential."""

    schemes: tuple[Scheme, ...]
    pointer: str


@frozen(eq=False)
class Asked:
    """The parameters that select a page: how long it is, where it begins, and in which dialect that is said.

    `first`: the number of the first item or page.
    """

    size: Parameter | None = None
    position: Parameter | None = None
    dialect: Dialect | None = None
    first: int = 0


@frozen(eq=False)
class Paging:
    """How a list is paged.

    `items` points at the array in a success answer, `pagination` at the object that describes the page ("" is the whole
    answer), and `members` from a role to a place inside that object. Roles: total, remaining, size, page, pages,
    offset, next and previous (booleans), cursor (what the next request carries), link (address of the next page) and
    previous_link. `headers` maps roles to answer headers. `optional`: the object may be missing. `last` points at the
    member of a page's last item that the next request carries, where answers have no cursor of their own.
    """

    dialect: Dialect
    size: Parameter | None
    position: Parameter | None
    items: str
    pagination: str | None
    optional: bool
    members: dict[str, str]
    default: int | None
    maximum: int | None
    pointer: str
    headers: dict[str, str] = field(factory=dict)
    last: str | None = None
    first: int = 0
    """The number of the first item or page."""

    @property
    def tells_cursor(self) -> bool:
        """Say whether an answer shows where the next page begins, other than by an address."""
        return self.last is not None or "cursor" in {*self.members, *self.headers}


@frozen(eq=False)
class Operation:
    """One method of one path. `data` points at the resource (or the array of them) in a success answer."""

    key: str
    method: str = field(repr=False)
    path: str = field(repr=False)
    operation_id: str = field(repr=False)
    tags: tuple[str, ...] = field(repr=False)
    summary: str = field(repr=False)
    description: str = field(repr=False)
    parameters: tuple[Parameter, ...] = field(repr=False)
    body: Body | None = field(repr=False)
    answers: tuple[Answer, ...] = field(repr=False)
    security: tuple[Alternative, ...] = field(repr=False)
    limits: tuple[Limit, ...] = field(repr=False)
    paging: Paging | None = field(repr=False)
    caching: str | None = field(repr=False)
    data: str = field(repr=False)
    pointer: str = field(repr=False)
    asks: Asked = field(factory=Asked, repr=False)
    """The parameters that select a page, also where the answer shows no list."""
    unusable: str | None = field(default=None, repr=False)
    """The defect of the document that keeps this operation from being called; None for a sound one."""
    changing: bool = field(default=False, repr=False)
    """Says of itself that it changes something, whatever its method promises."""
    withheld: tuple[str, ...] = field(default=(), repr=False)
    """Query parameters that are never sent: with them it would act on what is there (see `action_words.acts`)."""
    looks_up: bool = field(default=False, repr=False)
    """A POST that only looks something up: its pages are asked for in its body or its query, or it is a search."""
    ends_credential: bool = field(default=False, repr=False)
    """May end the credential of its request (see `action_words.ends_credential`)."""

    @cached_property
    def _by_status(self) -> dict[str, Answer]:
        return {answer.status.upper(): answer for answer in self.answers}

    def answer(self, status: int) -> Answer | None:
        """Give the declared answer for a status: the exact one, else its range, else the default."""
        by_status = self._by_status
        return by_status.get(str(status)) or by_status.get(f"{status // 100}XX") or by_status.get("DEFAULT")

    def parameter(self, name: str, location: Location | None = None) -> Parameter | None:
        """Find a parameter by name (header names in any case) and, if given, by location."""
        for item in self.parameters:
            same = item.name == name or (item.location == "header" and item.name.lower() == name.lower())
            if same and location in (None, item.location):
                return item
        return None

    @property
    def success(self) -> tuple[Answer, ...]:
        """Give the 2xx answers; where none is declared, the default."""
        found = tuple(answer for answer in self.answers if answer.succeeds)
        return found or tuple(answer for answer in self.answers if answer.status.lower() == "default")

    def refuses(self, answer: Answer) -> bool:
        """Say whether an answer is that of an error: a 4xx, a 5xx, or a default beside answers of success."""
        return answer.status[:1] in "45" or (answer.status.lower() == "default" and answer not in self.success)

    @property
    def safe(self) -> bool:
        """Say whether it changes nothing: its method promises so, and nothing it says of itself contradicts."""
        return (self.method in SAFE or self.looks_up) and not self.changing

    @cached_property
    def path_parameters(self) -> tuple[str, ...]:
        """Give the names in the path's braces, in order."""
        return tuple(part.split("}")[0] for part in self.path.split("{")[1:])


@frozen(eq=False)
class Resource:
    """Operations on one kind of resource. `identifier` is the item path's own parameter, `member` the id in an object.

    `update` is its PATCH; where it has none its POST, if that can change a part of it; else its PUT. `replace` is its
    PUT.
    """

    name: str
    collection: str
    item: str | None
    identifier: str | None
    member: str
    create: Operation | None
    list: Operation | None
    read: Operation | None
    update: Operation | None
    delete: Operation | None
    delete_all: Operation | None
    room: str
    replace: Operation | None = None

    @property
    def names_its_own(self) -> bool:
        """Say whether the address of a creation names what it makes: POST /users/{name}."""
        return self.create is not None and self.create.path == self.item

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Give the operations it has, creation first."""
        every = (self.create, self.list, self.read, self.update, self.replace, self.delete, self.delete_all)
        return tuple(dict.fromkeys(operation for operation in every if operation is not None))


@frozen
class TokenMember:
    """A token in an answer: where it is, where its expiry is (in `unit`), how many seconds it lives."""

    token: str
    expires: str | None
    lifetime: float | None
    unit: str
    scheme: Scheme | None


@frozen(eq=False)
class TokenRules:
    """Which operations issue tokens, and what is promised of them.

    `data` points at the part of an issuing answer that `owner` and the token members count from; `present` points into
    the refresh request's body; `claims` maps client, owner, issued and expires to names in the access token's payload.
    """

    issue: tuple[Operation, ...]
    refresh: Operation | None
    force: Operation | None
    present: str
    owner: str | None
    access: TokenMember
    refresh_token: TokenMember | None
    claims: dict[str, str]
    data: str = ""
    single_use: bool = False
    """Whether the document says that a refresh token works once; where it does not, reuse is observed."""
    grace: float = 0.0
    """Seconds for which a used refresh token may work on, as the document says."""
