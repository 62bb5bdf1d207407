"""What was seen among others is repeated alone: nobody else talks about the same room meanwhile."""

from __future__ import annotations

import asyncio

from contracts.engine.scheduler import Turns

HERE, THERE = ("/things",), ("/others",)


def told(*rooms: tuple[str, ...]) -> list[str]:
    """What happens in which order where one talks, another wants to be alone, and others come later."""
    heard: list[str] = []
    turns = Turns()

    async def talk(name: str, room: tuple[str, ...], *, alone: bool = False) -> None:
        async with turns.alone(room) if alone else turns.together(room):
            heard.append(f"{name} begins")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            heard.append(f"{name} ends")

    async def everything() -> None:
        first = asyncio.ensure_future(talk("first", HERE))
        await asyncio.sleep(0)
        alone = asyncio.ensure_future(talk("alone", HERE, alone=True))
        await asyncio.sleep(0)
        later = [asyncio.ensure_future(talk(f"later {number}", room)) for number, room in enumerate(rooms)]
        await asyncio.gather(first, alone, *later)

    asyncio.run(everything())
    return heard


def test_whoever_is_alone_waits_for_those_before_and_lets_nobody_in() -> None:
    assert told(HERE) == ["first begins", "first ends", "alone begins", "alone ends", "later 0 begins", "later 0 ends"]


def test_other_rooms_go_on_meanwhile() -> None:
    heard = told(THERE)
    assert heard.index("later 0 begins") < heard.index("alone ends")


def test_several_talk_together_where_nobody_is_alone() -> None:
    heard = told(THERE, THERE)
    assert heard.index("later 1 begins") < heard.index("later 0 ends")
