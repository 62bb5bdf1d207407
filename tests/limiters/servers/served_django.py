"""Django with one of its limiters, as a WSGI application.

STRATEGY: ninja (django-ninja), rest (Django REST framework), or django-ratelimit's.
"""

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
    REST_FRAMEWORK={"UNAUTHENTICATED_USER": None, "DEFAULT_AUTHENTICATION_CLASSES": []},
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
elif os.environ["STRATEGY"] == "rest":
    from rest_framework.decorators import api_view, throttle_classes
    from rest_framework.request import Request
    from rest_framework.response import Response
    from rest_framework.throttling import AnonRateThrottle

    class Throttle(AnonRateThrottle):
        rate = f"{LIMIT}/minute"  # it knows seconds, minutes, hours and days

    @api_view(["GET"])
    @throttle_classes([Throttle])
    def answer(request: Request) -> Response:
        return Response("ok")

    urlpatterns = [path("", answer)]
else:
    from django_ratelimit.decorators import ratelimit

    @ratelimit(key="ip", rate=f"{LIMIT}/{WINDOW}s", block=True)
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok")

    urlpatterns = [path("", answer)]

app = get_wsgi_application()
