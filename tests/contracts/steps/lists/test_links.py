"""Links to neighbouring pages: read from bodies and headers, followed on the own server only."""

from __future__ import annotations

import pytest

from contracts.config.deployment import Deployment, Principal
from contracts.config.vault import Vault
from contracts.core.conversation import NotObservable
from contracts.core.exchange import Exchange, Request, Response
from contracts.request.api import RequestFactory
from contracts.steps.lists.links import forgets_base, leads_to, next_link, previous_link, relations, same_server
from tests.contracts.laws.pagination.dialects import contract

ME = Principal("acme", "acme", "api_key", {"key": "$ACME_KEY"})


def api(name, base="https://api.example/v1"):
    built = contract(name)
    deployment = Deployment("shop", base, "shop", (ME,), Vault())
    return RequestFactory(built, deployment, built.operation("listBooks"), ME, "t")


def answered(asked, body="{}", headers=()):
    request = asked.page(None, 3)
    return Exchange(1, request, Response(200, headers, body, len(body)), None, 0.0, 0.1)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ('<https://a.example/x?p=2>; rel="next"', {"next": "https://a.example/x?p=2"}),
        ("<a>; rel=next, <b>; rel=prev", {"next": "a", "prev": "b"}),
        ('<a,b>; title="one, two"; rel="first next"', {"first": "a,b", "next": "a,b"}),
        ('<a>; rel="NEXT", <b>; rel="next"', {"next": "a"}),
        (r'<a>; title="the \"next\" page"; rel=next', {"next": "a"}),
        ('<a>; title="page; rel=next"; rel=last', {"last": "a"}),
        ('<a>; title="one, <b>; rel=next", <c>; rel="prev"', {"prev": "c"}),
        ("<a>; rel=\"prev\tstart\"; title*=UTF-8''n%C3%A4chste", {"prev": "a", "start": "a"}),
        ("<a>; rel=next; rel=prev", {"next": "a"}),
        ('<a>; rel=next; anchor="/elsewhere", <b>; rel=next', {"next": "b"}),
        ("<a>;rel=next,,", {"next": "a"}),
        ("nonsense", {}),
        ("nonsense, <a>; rel=next", {"next": "a"}),
        ("", {}),
    ],
)
def test_a_link_header_is_read(header, told):
    assert relations([header]) == told


def test_the_lines_of_a_link_header_are_read_each_by_itself():
    assert relations(['<a>; rel=prev; title="unfinished', "<b>; rel=next"]) == {"prev": "a", "next": "b"}


def test_links_come_from_the_body_or_the_header():
    inside = answered(api("page-size-links"), '{"next": "/books?page=1", "previous": null}')
    assert (next_link(inside), previous_link(inside)) == ("/books?page=1", None)
    outside = answered(api("link-header"), "[]", (("link", '</books?after=x>; rel="next"'),))
    assert next_link(outside) == "/books?after=x"


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("https://api.example/v1/books?page=1", "/books?page=1"),
        ("?page=1", "/books?page=1"),
        ("/v1/books?page=1", "/books?page=1"),
        ("https://elsewhere.example/v1/books?page=1", "/books?page=1"),
    ],
)
def test_a_link_is_asked_of_this_deployment_and_signed_as_before(link, target):
    asked = api("page-size-links")
    page = answered(asked)
    request: Request = leads_to(asked, page, link)
    assert (request.target, request.headers, request.principal) == (target, page.request.headers, "acme")


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("https://api.example/else", True),
        ("https://api.example:443/v1", True),
        ("http://api.example/v1", False),
        ("https://api.example:8443/v1", False),
        ("https://internal/v1", False),
    ],
)
def test_another_scheme_host_or_port_is_another_server(address, ours):
    assert same_server(api("page-size-links"), address) is ours


def test_a_link_without_the_base_path_is_told_from_one_with_it():
    asked = api("page-size-links")
    assert not forgets_base(asked, "https://api.example/v1/books?page=2")
    assert forgets_base(asked, "https://api.example/books?page=2")
    with pytest.raises(NotObservable):
        forgets_base(asked, "https://api.example/elsewhere?page=2")
