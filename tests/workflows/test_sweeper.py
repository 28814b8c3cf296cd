"""What the worker has forgotten by the API."""

import asyncio

import httpx

from activities.client import ApiClient
from workflows.sweeper import Sweeper


async def test_it_sweeps_until_nothing_is_left_and_then_rests():
    left = [5000, 7, 0]
    asked: list[str] = []
    done = asyncio.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        forgotten = left.pop(0)
        if not left:
            done.set()
        return httpx.Response(200, json={"forgotten": forgotten})

    api = ApiClient("http://api", "token", transport=httpx.MockTransport(answer))
    running = asyncio.create_task(Sweeper(api).run())
    await done.wait()
    running.cancel()
    await asyncio.wait([running])
    await api.close()
    assert asked == ["/api/v1/idempotency_keys/sweeps"] * 3
