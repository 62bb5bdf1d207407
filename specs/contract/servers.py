"""The paths below which a document says its operations are served."""

from __future__ import annotations

from urllib.parse import urlsplit

from specs.contract.model import Schema


def base_paths(raw: Schema) -> tuple[str, ...]:
    """The path of each server at the document's root, without a slash at its end; () where it names none.

    Variables stand for their defaults. A server that is only a path ("/api/v2") counts like any other.
    """
    found = (_path(each) for each in base_urls(raw))
    return tuple(dict.fromkeys(path for path in found if path is not None))


def base_urls(raw: Schema) -> tuple[str, ...]:
    """The address of each server at the document's root, its variables at their defaults."""
    listed = raw.get("servers")
    found = (_url(each) for each in listed if isinstance(each, dict)) if isinstance(listed, list) else ()
    return tuple(url for url in found if url is not None)


def _url(server: Schema) -> str | None:
    url = server.get("url")
    if not isinstance(url, str):
        return None
    variables = server.get("variables")
    for name, variable in variables.items() if isinstance(variables, dict) else ():
        if isinstance(variable, dict):
            url = url.replace("{" + str(name) + "}", str(variable.get("default", "")))
    return url


def _path(url: str) -> str | None:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return None
