"""flask-limiter with its memory store, as a WSGI application. STRATEGY: of the `limits` library."""

import os

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

app = Flask(__name__)
limiter = Limiter(
    get_remote_address,
    app=app,
    default_limits=[f"{os.environ['LIMIT']} per {os.environ['WINDOW']} seconds"],
    strategy=os.environ["STRATEGY"],
    storage_uri="memory://",
    headers_enabled=True,
)


@app.get("/")
def root() -> str:
    return "ok"
