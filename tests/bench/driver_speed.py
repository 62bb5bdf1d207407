"""How fast the live driver asks, next to plain `httpx.Client`, on a trivial server on this machine, in one run.

    python tests/bench/driver_speed.py [--requests 4000]

Prints requests per second of each and their ratio. The server is a process of its own; the driver does all it does in a
run: budgets, secrets, recording, reading.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from contracts.config.deployment import Deployment  # noqa: E402
from contracts.config.vault import Vault  # noqa: E402
from contracts.core.exchange import Request  # noqa: E402
from contracts.evidence.recorder import Recorder  # noqa: E402
from contracts.steps.created import Ledger  # noqa: E402
from contracts.transport.client import Client  # noqa: E402
from contracts.transport.sender import Sender  # noqa: E402
from specs.contract import build  # noqa: E402
from specs.source.document import load  # noqa: E402


def serve(port: object) -> None:
    """A server that answers everything with the same few bytes; it ends with its parent."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = b'{"status":"success","data":[]}'
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(head + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])  # type: ignore[attr-defined]
        await server.serve_forever()

    asyncio.run(main())


def plain(url: str, count: int) -> float:
    """Requests per second of httpx.Client, one after the other."""
    with httpx.Client() as client:
        client.get(url)
        began = time.perf_counter()
        for _ in range(count):
            client.get(url)
        return count / (time.perf_counter() - began)


async def driven(url: str, count: int, width: int = 16) -> float:
    """Requests per second of the live driver with so many conversations side by side."""
    contract = build(load("calcom-v2"))
    deployment = Deployment("bench", url, "calcom-v2", (), Vault(), pace="none")
    request = Request(contract.operations[0], "/v2/bench", bypass_cache=True)
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder) / "evidence.ndjson")
        async with Client(url, deployment.vault) as client:
            sender = Sender(deployment, client, recorder, Ledger(contract))

            async def talk(times: int) -> None:
                for _ in range(times):
                    await sender.answer(request, 1)

            await talk(10)
            began = time.perf_counter()
            await asyncio.gather(*(talk(count // width) for _ in range(width)))
            rate = count // width * width / (time.perf_counter() - began)
        recorder.close()
        return rate


def main() -> None:
    """Measure both twice, in turn, and print the better of each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=4000)
    count = parser.parse_args().requests
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}"
    pairs = [(plain(url, count), asyncio.run(driven(url, count))) for _ in range(2)]
    server.terminate()
    client, driver = max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)
    print(f"httpx.Client {client:.0f} requests/s, live driver {driver:.0f} requests/s: {driver / client:.2f} times")


if __name__ == "__main__":
    main()
