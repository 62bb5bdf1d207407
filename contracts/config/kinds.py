"""The kinds of principals: what each knows, and which security schemes it satisfies with that.

A document may name kinds of its own for its schemes (`x-contract`, see specs/overlays/README.md); these come on top.
"""

from __future__ import annotations

import attrs

from contracts.config.keys import FLAG, TABLE, TEXT, TEXTS, VALUE, Form, Key, choice

BEARERS = ("bearer", "oauth2", "openIdConnect")
"""Types of schemes whose credential is a token in the header Authorization."""


@attrs.frozen
class PrincipalKind:
    """One kind. `schemes`: types of security schemes it satisfies; `obtains`: whether a run gets its credential."""

    name: str
    says: str
    schemes: tuple[str, ...]
    keys: tuple[Key, ...]
    obtains: bool = False

    @property
    def needed(self) -> tuple[str, ...]:
        """The keys without which it has no credential."""
        return tuple(each.name for each in self.keys if each.required)


def _secret(name: str, says: str, example: str, *, required: bool = False) -> Key:
    return Key(name, VALUE, says, f'{name} = "{example}"', required=required, secret=True)


def _open(name: str, says: str, example: str, *, required: bool = False, form: Form = VALUE) -> Key:
    return Key(name, form, says, f'{name} = "{example}"', required=required)


_CLIENT_ID = _open("client_id", "The id of the OAuth client.", "env:ACME_CLIENT_ID")
_CLIENT_SECRET = _secret("client_secret", "The secret of the OAuth client.", "env:ACME_CLIENT_SECRET")
_OF_TOKEN_ENDPOINT = (
    _open("scope", "The scopes to ask for, with blanks between them; without it, those of the operations.", "read"),
    _open("audience", "What the token is for, where the authorization server wants to know.", "https://api.example"),
    _open(
        "token_url",
        "Where tokens are got, in place of the document's tokenUrl. Another origin than base_url is contacted only "
        "where this key (or discovery) names it.",
        "https://login.example/oauth/token",
        form=TEXT,
    ),
    _open(
        "discovery",
        "Where OpenID Connect describes itself; its token_endpoint is used.",
        "https://login.example/.well-known/openid-configuration",
        form=TEXT,
    ),
    Key(
        "client_auth",
        choice("body", "basic"),
        "Whether the client shows itself in the form or by HTTP Basic.",
        'client_auth = "basic"',
        default='"body"',
    ),
)
KINDS = (
    PrincipalKind(
        "bearer",
        "Sends a token as `Authorization: Bearer …`.",
        BEARERS,
        (
            _secret("token", "The token, without the word Bearer.", "env:ACME_TOKEN", required=True),
            _open("username", "What a login of the document takes as the user's name.", "acme"),
            _secret("password", "What a login of the document takes as the password.", "env:ACME_PASSWORD"),
        ),
    ),
    PrincipalKind(
        "basic",
        "Sends a name and a password by HTTP Basic.",
        ("basic",),
        (
            _open("username", "The name; without it, `client_id` or the principal's own name.", "acme"),
            _secret("password", "The password.", "env:ACME_PASSWORD", required=True),
        ),
    ),
    PrincipalKind(
        "api_key",
        "Sends a key in the header, query parameter or cookie that the document names.",
        ("apiKey",),
        (_secret("key", "The whole value, with any word before it (`Token x`).", "env:ACME_KEY", required=True),),
    ),
    PrincipalKind(
        "password",
        "Gets a token by OAuth2's password grant, and renews it in time.",
        BEARERS,
        (
            _open("username", "The user's name or address.", "acme@example.com", required=True),
            _secret("password", "The user's password.", "env:ACME_PASSWORD", required=True),
            _CLIENT_ID,
            _CLIENT_SECRET,
            *_OF_TOKEN_ENDPOINT,
        ),
        obtains=True,
    ),
    PrincipalKind(
        "client_credentials",
        "Gets a token by OAuth2's client credentials grant, and renews it in time.",
        BEARERS,
        (
            attrs.evolve(_CLIENT_ID, required=True),
            attrs.evolve(_CLIENT_SECRET, required=True),
            *_OF_TOKEN_ENDPOINT,
        ),
        obtains=True,
    ),
    PrincipalKind(
        "refresh_token",
        "Trades a refresh token for an access token, and goes on with what it is given.",
        BEARERS,
        (
            _secret("refresh_token", "The refresh token; a run spends it.", "env:ACME_REFRESH_TOKEN", required=True),
            _CLIENT_ID,
            _CLIENT_SECRET,
            *_OF_TOKEN_ENDPOINT,
        ),
        obtains=True,
    ),
    PrincipalKind(
        "login",
        "Logs in by an operation of the document, and goes on with the token or the session cookie of its answer.",
        (*BEARERS, "apiKey"),
        (
            Key(
                "login",
                TABLE,
                "The operation, its JSON body (else made of username, email and password), and where the token stands "
                "in the answer (else found by its name).",
                'login = {operation = "POST /login", body = {email = "a@b.example", password = "env:PW"}, '
                'token = "/token"}',
            ),
            _open("username", "What the login takes as the user's name.", "acme"),
            _open("email", "What the login takes as the user's address.", "acme@example.com"),
            _secret("password", "The user's password.", "env:ACME_PASSWORD"),
        ),
        obtains=True,
    ),
    PrincipalKind("anonymous", "Has no credential: calls what is open to all.", (), ()),
)
BY_NAME = {each.name: each for each in KINDS}
OBTAINING = frozenset(each.name for each in KINDS if each.obtains)
LOGIN_KEYS = ("operation", "body", "token", "cookie")
"""What the table `login` may say."""
COMMON = (
    Key("name", TEXT, "How reports call it.", 'name = "acme"', required=True),
    Key("tenant", TEXT, "Whose data it sees; those of one tenant share everything.", 'tenant = "acme"', required=True),
    Key("kind", TEXT, "One of the kinds below, or one that the document names.", 'kind = "bearer"', required=True),
    Key("role", TEXT, 'Its role; "member" is asked after administrators and clients.', 'role = "member"'),
    Key(
        "may", choice("write", "read"), "`read`: it must be refused every change.", 'may = "read"', default='"write"'
    ),
    Key("plain", TEXTS,
        "Keys of this principal that hold no secret.", 'plain = ["team"]'),
    Key("disposable", FLAG,
        "Everything of its tenant may be changed.", "disposable = true", default="false"),
    Key("spare", FLAG,
        "Its credential may be used up: only such are sent where a credential could be ended.", "spare = true",
        default="false"),
    Key("owner", FLAG,
        "Tokens are issued for what it knows (its name and password, its client's id and secret).", "owner = true",
        default="false"),
    Key("headers", TABLE, "Headers that its requests have besides; their values may be secrets.",
        'headers = {X-Team = "blue"}'),
)  # fmt: skip
