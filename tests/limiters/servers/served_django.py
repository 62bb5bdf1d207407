"""Django with one of its limiters, as a WSGI application. STRATEGY: ninja (django-ninja), or django-ratelimit's."""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

LIMIT, WINDOW = os.environ["LIMIT"], os.environ["WINDOW"]
settings.configure(
    DEBUG=False,
    SECRET_KEY="a limiter to look at",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    SILENCED_SYSTEM_CHECKS=["django_ratelimit.E003", "django_ratelimit.W001"],
)
django.setup()

if os.environ["STRATEGY"] == "ninja":
    from ninja import NinjaAPI
    from ninja.throttling import AnonRateThrottle

    api = NinjaAPI(throttle=[AnonRateThrottle(f"{LIMIT}/{WINDOW}s")])

    @api.get("/")
    def answer(request: HttpRequest) -> str:
        return "ok"

    urlpatterns = [path("", api.urls)]
else:
    from django_ratelimit.decorators import ratelimit

    @ratelimit(key="ip", rate=f"{LIMIT}/{WINDOW}s", block=True)
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok")

    urlpatterns = [path("", answer)]

app = get_wsgi_application()
