"""The tables of a deployment file, key by key: what the reader accepts, editors complete, and the reference tells."""

from __future__ import annotations

import attrs

from contracts.config.keys import (
    ANY,
    COUNT,
    FILES,
    FLAG,
    NEVER,
    NUMBER,
    OPERATIONS,
    PLAIN,
    PROXY,
    SECONDS,
    SHARE,
    SIZE,
    TABLE,
    TEXT,
    TEXTS,
    URL,
    VALUE,
    WHERE,
    Form,
    Key,
    choice,
)
from contracts.config.kinds import COMMON

DOCUMENT = "calcom-v2"
"""The document of specs/ that is meant where none is named."""
PLACES = ("staging", "test", "dev", "sandbox", "preview", "qa", "uat")
"""What a place is called where nothing real is kept."""
PRODUCTION = "production"
ENVIRONMENTS = (*PLACES, PRODUCTION)
PASSES = choice("fail", "pass")


@attrs.frozen
class Table:
    """A table. `each`: the keys are the owner's own, and their values have this form; `many`: written as [[name]]."""

    name: str
    says: str
    keys: tuple[Key, ...] = ()
    each: Form | None = None
    many: bool = False

    @property
    def head(self) -> str:
        """How it begins in a file."""
        return f"[[{self.name}]]" if self.many else f"[{self.name}]"


_DEPLOYMENT = Table(
    "deployment",
    "Which server is judged, by which document, and what it is.",
    (
        Key("name", TEXT, "How reports call it.", 'name = "staging"', default="the host"),
        Key("base_url", URL, "Where it is; nothing else is contacted unless the file says so.",
            'base_url = "https://api.staging.example"', required=True),
        Key("document", WHERE, "A document of specs/, or a path (from this file) or address of any OpenAPI document.",
            'document = "openapi.yaml"', default=f'"{DOCUMENT}"'),
        Key("overlay", FILES, "OpenAPI Overlays that say what the document does not.", 'overlay = "more.yaml"'),
        Key("time_scale", NUMBER, "How much faster than ours its clock runs.", "time_scale = 60", default="1"),
        Key("writes", FLAG, "Whether anything but safe methods may be sent.", "writes = true", default="false"),
        Key("limits", choice("on", "off"), "`off`: it does not enforce its limits, and none is judged.",
            'limits = "off"', default='"on"'),
        Key("disposable", FLAG, "Everything there may be changed.", "disposable = true",
            default="false, or `synthetic`"),
        Key("synthetic", FLAG, "Its credentials are made up: those that stand in this file draw no warning.",
            "synthetic = true", default="false"),
        Key("eventual", SECONDS, "How long what is answered 202 may take.", "eventual = 30", default="10"),
        Key("environment", choice(*ENVIRONMENTS), "What it is; needed for `writes` where the host does not say it.",
            'environment = "staging"'),
        Key("env_file", TEXT, "A file of NAME=value lines, for `env:NAME` where the environment has none.",
            'env_file = "staging.env"', default='".env" beside this file, where there is one'),
        Key("headers", TABLE, "Headers of every request, see [deployment.headers].", 'headers = {X-Region = "eu"}'),
    ),
)  # fmt: skip
_HEADERS = Table(
    "deployment.headers",
    "Headers that every request has besides its own. Values are taken for secrets where their names say so, or where "
    "they come from `env:`, `file:` or `cmd:`.",
    each=VALUE,
)
_BUDGET = Table(
    "budget",
    "How fast requests are sent.",
    (
        Key("pace", choice("declared", "none"), "`declared`: never faster than the document's own limits.",
            'pace = "declared"', default='"declared"'),
    ),
)  # fmt: skip
_GATE = Table(
    "gate",
    "What makes a run fail.",
    (
        Key("flaky", SHARE, "More requests lost by chance than this break status/answers-are-reliable.",
            'flaky = "1%"'),
        Key("fail_on", choice("major", "critical", "minor"), "The least severity of a broken verdict that fails.",
            'fail_on = "critical"', default='"major"'),
        Key("fail_on_new", FLAG, "Only problems fail that the run before did not have.", "fail_on_new = true",
            default="false"),
        Key("blocked", PASSES, "`pass`: what is blocked does not make the exit code 4.", 'blocked = "pass"',
            default='"fail"'),
        Key("unproven", PASSES, "`pass`: a declared limit that stays unproven does not make the exit code 4.",
            'unproven = "pass"', default='"fail"'),
    ),
)  # fmt: skip
_HTTP = Table(
    "http",
    "How the server is connected to, and how much of an answer is read.",
    (
        Key("connect", SECONDS, "Until a connection is there, TLS included.", "connect = 5", default="10"),
        Key("read", SECONDS, "Between two pieces of an answer.", "read = 10", default="30"),
        Key("total", SECONDS, "For a whole exchange.", "total = 20", default="60"),
        Key("run", SECONDS, "For a whole run; then what was made is removed.", "run = 600"),
        Key("body", SIZE, "Of a body as it comes.", 'body = "1 MiB"', default="10 MiB"),
        Key("decompressed", SIZE, "Of a body without its content encoding.", 'decompressed = "2 MiB"',
            default="20 MiB"),
        Key("ratio", COUNT, "Between these two, above a mebibyte.", "ratio = 100", default="500"),
        Key("values", COUNT, "Of a body of JSON: read, each may take fifty times its bytes. As many escapes may a body "
            "have.", "values = 2000000", default="300000"),
        Key("header_bytes", SIZE, "Of status line and headers.", 'header_bytes = "16 KiB"', default="64 KiB"),
        Key("headers", COUNT, "Header fields of an answer.", "headers = 100", default="256"),
        Key("interim", COUNT, "1xx answers before the one that counts.", "interim = 10", default="100"),
        Key("in_flight", COUNT, "Requests under way at once.", "in_flight = 4", default="16"),
        Key("redirects", NEVER, "Redirects are judged, never followed.", "redirects = 0", default="0"),
        Key("ca", TEXT, "A file of certificate authorities to trust, in place of the system's.", 'ca = "ca.pem"'),
        Key("cert", TEXT, "The client's certificate (PEM), where the server wants one.", 'cert = "client.pem"'),
        Key("key", TEXT, "The file of its key, where that is not in the same.", 'key = "client.key"'),
        Key("key_password", VALUE, "What opens the key.", 'key_password = "env:KEY_PASSWORD"', secret=True),
        Key("verify", FLAG, "`false`: any certificate is accepted, and a warning says so.", "verify = false",
            default="true"),
        Key("proxy", PROXY, 'A proxy (http, socks4 or socks5), or "" for none.',
            'proxy = "http://user:secret@proxy.example:3128"',
            default="HTTPS_PROXY, HTTP_PROXY or ALL_PROXY of the environment; none for this machine itself"),
        Key("no_proxy", TEXTS, "Hosts and domains without one.", 'no_proxy = ["localhost", ".internal"]',
            default="NO_PROXY"),
    ),
)  # fmt: skip
_TOKENS = Table(
    "tokens",
    "Tokens that nobody can wait for: without them, laws about expired tokens need a fast clock.",
    (
        Key("expired_access", VALUE, "An access token that has expired.", 'expired_access = "env:EXPIRED_ACCESS"',
            secret=True),
        Key("expired_refresh", VALUE, "A refresh token that has expired.", 'expired_refresh = "env:EXPIRED_REFRESH"',
            secret=True),
    ),
)  # fmt: skip
_WRITES = Table(
    "writes",
    "Which operations may be asked beyond what a run makes itself.",
    (
        Key("allow", OPERATIONS, 'Operations, `tag:NAME`, or "*".', 'allow = ["POST /exports", "tag:webhooks"]'),
        Key("deny", OPERATIONS, "Never asked, whatever else is allowed.", 'deny = ["DELETE /projects/{id}"]'),
    ),
)
_KNOWN = Table(
    "known",
    "Findings that are known and put up with until a day.",
    (Key("file", TEXT, "The file that lists them (`--accept-known` writes one).", 'file = "known.toml"'),),
)
_LOAD = Table(
    "load",
    "Service levels, for runs under load.",
    (
        Key("thresholds", TEXTS, "What has to hold.", 'thresholds = ["p95 < 400ms", "errors < 0.1%"]'),
        Key("weights", TABLE, "How often operations (or tags) are called, compared with the others.",
            'weights = {"GET /things" = 10, "tag billing" = 0}'),
        Key("abort_after", ANY, "Seconds for which a broken level is put up with; false: for ever.",
            "abort_after = 5", default="5"),
        Key("rate", NUMBER, "Requests a second.", "rate = 20"),
    ),
)  # fmt: skip
_SEVERITY = Table(
    "severity",
    "Rows of your own before those of the suite: how grave a finding is.",
    (
        Key("law", TEXT, "The id of a law or check; * stands for anything.", 'law = "headers/*"', required=True),
        Key("level", choice("critical", "major", "minor"), "How grave it is.", 'level = "major"', required=True),
        Key("operation", TEXT, "One operation alone.", 'operation = "GET /things"', default='"*"'),
        Key("expected", TEXT, "A regular expression for what was expected.", 'expected = "no-store"'),
        Key("got", TEXT, "A regular expression for what came.", 'got = "^200"'),
        Key("reason", TEXT, "Why.", 'reason = "Our CDN caches by these headers."'),
        Key("owasp", TEXT, "Its name in OWASP's list.", 'owasp = "API2:2023"'),
        Key("wfc", COUNT, "Its number in the Web Fuzzing Commons.", "wfc = 7"),
    ),
    many=True,
)
TABLES = (
    _DEPLOYMENT,
    _HEADERS,
    Table("principals", "Who requests are sent as, one table for each.", COMMON, each=PLAIN, many=True),
    Table("parameters", "Values of path parameters that nobody can find out.", each=PLAIN),
    _BUDGET,
    _WRITES,
    _GATE,
    _SEVERITY,
    _HTTP,
    _TOKENS,
    _KNOWN,
    _LOAD,
)
BY_NAME = {each.name: each for each in TABLES}
