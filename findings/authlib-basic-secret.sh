#!/usr/bin/env bash
# authlib 1.9.10 and requests-oauthlib 2.0.0 meet django-oauth-toolkit 3.4.1 (django 5.2.19): a client's id and secret are
# form-encoded before they are put into Basic (RFC 6749, 2.3.1). The server decodes them, both clients send them as they
# are: of a secret with a + the server reads a space, of one with % and two digits another character, and answers
# invalid_client to the right secret. The same secret in the body (client_secret_post) is accepted.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    authlib==1.9.10 requests-oauthlib==2.0.0 django-oauth-toolkit==3.4.1 django==5.2.19
cd "$work"
export AUTHLIB_INSECURE_TRANSPORT=1 OAUTHLIB_INSECURE_TRANSPORT=1
timeout 100 "$work/venv/bin/python" -W ignore - <<'PY'
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="x",
    ROOT_URLCONF="__main__",
    ALLOWED_HOSTS=["127.0.0.1"],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "tokens.sqlite"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path
from oauth2_provider.models import Application
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

urlpatterns = [path("o/", include("oauth2_provider.urls", namespace="oauth2_provider"))]
SECRETS = {"plain": "letters", "plus": "p+q/r=", "percent": "100%41"}


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def by_authlib(name: str, way: str) -> None:
    AuthlibSession(name, SECRETS[name], token_endpoint_auth_method=way).fetch_token(address, grant_type="client_credentials")


def by_requests_oauthlib(name: str) -> None:
    OAuth2Session(client=BackendApplicationClient(name)).fetch_token(address, client_secret=SECRETS[name])


def granted(ask, *arguments: str) -> str:
    try:
        ask(*arguments)
    except Exception as error:
        return str(getattr(error, "error", error))
    return "granted"


call_command("migrate", verbosity=0)
for name, secret in SECRETS.items():
    Application.objects.create(
        client_id=name, client_secret=secret, client_type="confidential", authorization_grant_type="client-credentials"
    )
server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/o/token/"
for name in SECRETS:
    heard = [
        granted(by_authlib, name, "client_secret_post"),
        granted(by_authlib, name, "client_secret_basic"),
        granted(by_requests_oauthlib, name),
    ]
    print(f"{name}: authlib in the body, in Basic, requests-oauthlib in Basic:", *heard)
    assert heard == ["granted"] + [("granted" if name == "plain" else "invalid_client")] * 2
PY
