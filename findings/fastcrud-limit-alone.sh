#!/usr/bin/env bash
# fastcrud 0.23.0 (crud_router, with fastapi 0.142.2 and sqlalchemy 2.0.58): its list documents offset and limit, each an
# optional integer. Given alone either is ignored: ?limit=5 answers the first hundred, and so does ?offset=100, so a client
# that goes on by offset reads the first hundred again and again. With page=1 beside it, limit is ignored too. page=0 and
# itemsPerPage=0 are read as not given. None of it is refused.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    fastcrud==0.23.0 fastapi==0.142.2 sqlalchemy==2.0.58 aiosqlite httpx==0.28.1
timeout 60 "$work/venv/bin/python" -W ignore - <<'PY'
import asyncio

from fastapi import FastAPI
from fastapi.testclient import TestClient
from fastcrud import crud_router
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import StaticPool


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "thing"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Sent(BaseModel):
    name: str


class Shown(Sent):
    id: int


engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
sessions = async_sessionmaker(engine, expire_on_commit=False)


async def session():
    async with sessions() as opened:
        yield opened


async def fill() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with sessions() as opened:
        opened.add_all(Thing(name=f"thing {number}") for number in range(130))
        await opened.commit()


asyncio.run(fill())
app = FastAPI()
app.include_router(
    crud_router(session=session, model=Thing, create_schema=Sent, update_schema=Sent, select_schema=Shown, path="/things")
)
client = TestClient(app)
parameters = client.get("/openapi.json").json()["paths"]["/things"]["get"]["parameters"]
documented = {each["name"] for each in parameters if not each["required"] and "minimum" not in str(each)}


def page(query: str) -> tuple[int, int, int]:
    """The status, how many things there are, and the id of the first."""
    answer = client.get(f"/things?{query}")
    things = answer.json()["data"]
    return answer.status_code, len(things), things[0]["id"]


found = {
    query: page(query)
    for query in ("offset=20&limit=5", "limit=5", "offset=100", "page=1&limit=5", "page=0", "page=2&itemsPerPage=0")
}
print("optional, without a minimum:", sorted(documented), "found:", found)
assert documented >= {"offset", "limit", "page", "itemsPerPage"}
assert found == {
    "offset=20&limit=5": (200, 5, 21),
    "limit=5": (200, 100, 1),
    "offset=100": (200, 100, 1),
    "page=1&limit=5": (200, 10, 1),
    "page=0": (200, 10, 1),
    "page=2&itemsPerPage=0": (200, 10, 11),
}
PY
