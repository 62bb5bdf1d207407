"""Asking whoever gives out tokens for a deployment, where that is no operation of the document: outside the record."""

from __future__ import annotations

from contracts.config.deployment import Deployment
from contracts.core.exchange import Response
from contracts.steps.tokens.grants import Elsewhere
from contracts.transport.client import Client


async def fetched(deployment: Deployment, asked: Elsewhere, made: type[Client]) -> tuple[Response | None, float] | str:
    """What came from elsewhere and when (epoch seconds), or why nothing did. What it gives out is hidden."""
    deployment.vault.watch_answers_of(asked.request.operation.key)
    async with made(asked.base_url, deployment.vault, deployment.http, deployment.route) as way:
        came = await way.send(asked.request)
    host = asked.base_url.partition("://")[2]
    return f"{host} does not answer: {came.error}" if came.response is None else (came.response, came.received)
