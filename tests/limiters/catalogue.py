"""The limiters that are examined, each wired as its documentation says."""

from __future__ import annotations

import attrs


@attrs.frozen
class Limiter:
    """A limiter: what it is called, where its version is found, which server has it, and how that is set up."""

    name: str
    package: str
    server: str
    settings: dict[str, str] = attrs.field(factory=dict)
    window: int = 10
    limit: int = 5

    def environment(self) -> dict[str, str]:
        return {"LIMIT": str(self.limit), "WINDOW": str(self.window), **self.settings}


def _each(name: str, package: str, server: str, strategies: tuple[str, ...]) -> list[Limiter]:
    return [Limiter(f"{name}, {strategy}", package, server, {"STRATEGY": strategy}) for strategy in strategies]


LIMITS = ("fixed-window", "moving-window", "sliding-window-counter")
LIMITERS = [
    *_each("slowapi", "slowapi", "served_slowapi", LIMITS),
    *_each("flask-limiter", "flask-limiter", "served_flask", LIMITS),
    Limiter("quart-rate-limiter", "quart-rate-limiter", "served_quart"),
    Limiter("litestar", "litestar", "served_litestar", window=60),
    *_each(
        "throttled-py", "throttled-py", "served_throttled",
        ("fixed_window", "sliding_window", "token_bucket", "leaking_bucket", "gcra"),
    ),
    Limiter("django-ninja", "django-ninja", "served_django", {"STRATEGY": "ninja"}),
    Limiter("Django REST framework", "djangorestframework", "served_django", {"STRATEGY": "rest"}, window=60),
    Limiter("fastapi-limiter", "fastapi-limiter", "served_fastapi"),
    Limiter("django-ratelimit", "django-ratelimit", "served_django", {"STRATEGY": "ratelimit"}),
    *_each("express-rate-limit", "express-rate-limit", "express.js", ("legacy", "draft-6", "draft-7", "draft-8")),
    *_each("@fastify/rate-limit", "@fastify/rate-limit", "fastify.js", ("default", "draft")),
    Limiter("@nestjs/throttler", "@nestjs/throttler", "nest.js"),
    *_each("hono-rate-limiter", "hono-rate-limiter", "hono.js", ("draft-6", "draft-7")),
    *_each("rate-limiter-flexible", "rate-limiter-flexible", "flexible.js", ("window", "block")),
    Limiter("hapi-rate-limit", "hapi-rate-limit", "hapi.js"),
    Limiter("koa-ratelimit", "koa-ratelimit", "koa.js"),
    Limiter("koa2-ratelimit", "koa2-ratelimit", "koa2.js"),
    Limiter("restify throttle", "restify", "restify.js"),
    Limiter("nginx limit_req", "nginx", "nginx.conf", {"RATE": "30", "BURST": "4", "STATUS": "503"}),
    Limiter("nginx limit_req, status 429", "nginx", "nginx.conf", {"RATE": "30", "BURST": "4", "STATUS": "429"}),
    Limiter("HAProxy stick table", "haproxy", "haproxy.cfg"),
]  # fmt: skip
