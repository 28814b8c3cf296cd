"""How fast the embedded profile is on the machine at hand. Prints figures and asserts none: machines are shared."""

import functools
import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from tests.journeys.world import World
from tests.stack import running_stack

pytestmark = pytest.mark.bench
CLIENTS, ROUNDS = 8, 200


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("bench") / "home"
    with running_stack(home) as stack, closing(World(stack.settings.port, "bench")) as walked:
        yield walked


def test_from_an_event_to_the_automations_first_mail(world: World, capsys: pytest.CaptureFixture[str]):
    form = next(one["id"] for one in world.items("/forms") if one["slug"] == "start-a-project")
    took = []
    for number in range(10):
        address = f"latency{number}@bench.example"
        answers = {"name": "L", "email": address, "need": "Ongoing care", "consent": True}
        began = time.perf_counter()
        world.write(f"/forms/{form}/submissions", {"answers": answers}, key=f"latency {number}")
        world.until("the mail", functools.partial(world.mails, address))
        took.append(time.perf_counter() - began)
    _report(capsys, "answer to thank-you mail in the sink", took)


def test_answers_to_a_form(world: World, capsys: pytest.CaptureFixture[str]):
    """An answer is durable when it is acknowledged: contact, engagement, events, runs and deliveries in one transaction.

    Comes after the latency: so many runs in a minute trip the automation's breaker, as they should.
    """
    form = next(one["id"] for one in world.items("/forms") if one["slug"] == "start-a-project")

    def post(number: int) -> None:
        answers = {"name": f"B {number}", "email": f"b{number}@bench.example", "need": "Ongoing care", "consent": True}
        world.write(f"/forms/{form}/submissions", {"answers": answers}, key=f"bench {number}")

    _report(capsys, "answers to a form", _timed(post))


def test_a_page_of_an_engagement(world: World, capsys: pytest.CaptureFixture[str]):
    with httpx.Client(base_url=world.url) as member:
        member.post("/login", data={"email": "mara@atelier-nord.example", "password": "atelier-demo"})
        cookies = dict(member.cookies)
    path = f"/engagements/{world.items('/engagements')[0]['id']}"

    def read(_: int) -> None:
        assert httpx.get(f"{world.url}{path}", cookies=cookies).status_code == 200

    _report(capsys, "pages of an engagement", _timed(read))


def _timed(act: Callable[[int], None]) -> list[float]:
    def once(number: int) -> float:
        began = time.perf_counter()
        act(number)
        return time.perf_counter() - began

    with ThreadPoolExecutor(CLIENTS) as pool:
        began = time.perf_counter()
        took = list(pool.map(once, range(ROUNDS)))
        took.append(-(time.perf_counter() - began))
    return took


def _report(capsys: pytest.CaptureFixture[str], what: str, took: list[float]) -> None:
    whole = -took.pop() if took[-1] < 0 else sum(took)
    cuts = statistics.quantiles(took, n=100)
    with capsys.disabled():
        rate = f"{len(took) / whole:6.1f}/s" if len(took) >= ROUNDS else "        "
        median, slow = cuts[49] * 1000, cuts[94] * 1000
        print(f"\n{what:38} {rate}  p50 {median:6.0f} ms  p95 {slow:6.0f} ms  ({os.cpu_count()} cores)")  # noqa: T201
