"""A second deployment of the document, written apart from the sandbox: a second opinion on the laws.

Whoever writes both the laws and the server they are tried on builds one set of assumptions into both. This server was
written from the document and its rulings alone, and its habits differ from the sandbox's wherever they may: see
`choices`. Its faults (`faults`) are others, too. `python tests/foreign/survey.py` judges all of it.

python -m tests.foreign --port 0 --choice NAME … --fault NAME … --deployment-out FILE
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from pathlib import Path

from tests.foreign import operations  # noqa: F401 - its operations register themselves
from tests.foreign.choices import CHOICES
from tests.foreign.faults import FAULTS
from tests.foreign.neighbour import disturb
from tests.foreign.service import Service
from tests.foreign.store import Tenant
from tests.foreign.wire import Wire

KNOWN = ("all", "one-tenant", "keys", "clients", "members")


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.foreign", description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=0, metavar="N", help="0: any free port")
    parser.add_argument("--choice", action="append", default=[], choices=sorted(CHOICES), metavar="NAME")
    parser.add_argument("--fault", action="append", default=[], choices=sorted(FAULTS), metavar="NAME")
    parser.add_argument("--time-scale", type=float, default=1.0, metavar="X")
    parser.add_argument("--deployment-out", type=Path, metavar="FILE")
    parser.add_argument("--principals", choices=KNOWN, default="all", help="who the deployment file names")
    parser.add_argument("--no-writes", action="store_true", help="the deployment file allows no writes")
    parser.add_argument("--paced", action="store_true", help='the deployment file says pace = "declared"')
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    service = Service(set(options.choice), set(options.fault), options.time_scale)
    server = await asyncio.start_server(Wire(service.handle, service.choices).talk, "127.0.0.1", options.port)
    port = server.sockets[0].getsockname()[1]
    if options.deployment_out:
        options.deployment_out.write_text(deployment(service, port, options), "utf-8")
    print(f"READY http://127.0.0.1:{port}", flush=True)
    disturbing = asyncio.ensure_future(disturb(service)) if "busy" in service.choices else None
    async with server:
        await server.serve_forever()
    if disturbing:
        disturbing.cancel()


def deployment(service: Service, port: int, options: argparse.Namespace) -> str:
    """The deployment file that describes this server."""
    limits = "limits" in service.choices
    lines = [
        "[deployment]",
        'name = "foreign"',
        f'base_url = "http://127.0.0.1:{port}"',
        'document = "calcom-v2"',
        f"time_scale = {options.time_scale}",
        f"writes = {'false' if options.no_writes else 'true'}",
        "synthetic = true",
        f'limits = "{"on" if limits else "off"}"',
        "[budget]",
        f'pace = "{"declared" if options.paced or limits else "none"}"',
    ]
    tenants = service.store.tenants[: 1 if options.principals == "one-tenant" else 2]
    return "\n".join([*lines, *(line for tenant in tenants for line in _principals(tenant, options.principals)), ""])


def _principals(tenant: Tenant, known: str) -> list[str]:
    head = f'tenant = "{tenant.name}"\norg_id = {tenant.org}'
    client = [
        f'[[principals]]\nname = "{tenant.name}"\n{head}\nkind = "oauth_client"',
        f'client_id = "{tenant.client}"\nsecret = "{tenant.secret}"',
    ]
    key = [f'[[principals]]\nname = "{tenant.name}-admin"\n{head}\nkind = "api_key"\nkey = "{tenant.admin_key}"']
    member = [
        f'[[principals]]\nname = "{tenant.name}-member"\n{head}\nkind = "api_key"\nkey = "{tenant.member_key}"',
        'role = "MEMBER"\nmay = "read"',
    ]
    match known:
        case "keys":
            return key
        case "clients":
            return client
        case "members":
            return [*member, *client, *key]
    return [*client, *key, *member]


if __name__ == "__main__":
    main()
