"""Work on several things at a time, and hand out what comes of them in the order in which they came."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")


async def in_order(
    things: AsyncGenerator[Thing], work: Callable[[Thing], Awaitable[Result]], *, at_once: int
) -> AsyncGenerator[Result]:
    """The result of `work` for each of `things`, each as soon as it is its turn.

    `work` is begun in order, for at most `at_once` things that are not handed out yet; the next thing is asked for
    only when there is room for it. Results do not wait for more things to come. Where this is closed early, the work
    that is under way is cancelled.
    """
    under_way: deque[asyncio.Future[Result]] = deque()
    coming: asyncio.Future[Thing] | None = asyncio.ensure_future(anext(things))
    try:
        while coming or under_way:
            first = {under_way[0]} if under_way else set()
            room = {coming} if coming and len(under_way) < at_once else set()
            await asyncio.wait(first | room, return_when=asyncio.FIRST_COMPLETED)
            if coming and room and coming.done():
                try:
                    under_way.append(asyncio.ensure_future(work(coming.result())))
                    coming = asyncio.ensure_future(anext(things))
                except StopAsyncIteration:
                    coming = None
            elif under_way[0].done():
                yield under_way.popleft().result()
    finally:
        left = [each for each in (coming, *under_way) if each]
        for each in left:
            each.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*left, return_exceptions=True)
        await things.aclose()
