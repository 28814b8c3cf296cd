"""The whole story on a stack of its own: told twice, because it has to be safe to repeat."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from models.settings import get_settings
from tests.journeys.__main__ import main
from tests.journeys.story import STEPS, walk
from tests.journeys.world import World
from tests.ports import free_block
from tests.stack import Stack, running_stack
from tests.standins.serving import served

SIGNS_IN_ONLY = [
    Route("/livez", lambda _: PlainTextResponse("ok")),
    Route("/login", lambda _: PlainTextResponse("", status_code=303), methods=["POST"]),
    Route("/api/v1/api_tokens", lambda _: JSONResponse({"secret": "s"}, status_code=201), methods=["POST"]),
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory):
    home: Path = tmp_path_factory.mktemp("journey") / "home"
    with running_stack(home) as stack:
        yield stack


@pytest.fixture
def on_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Has `make journey` look for the product on a port."""

    def look_on(port: int) -> None:
        monkeypatch.setenv("THROUGHLINE_PORT", str(port))
        get_settings.cache_clear()

    yield look_on
    get_settings.cache_clear()


def test_from_the_first_enquiry_to_the_running_retainer(stack: Stack):
    lines: list[str] = []
    with closing(World(stack.settings.port, "first")) as world:
        taken = walk(world, lines.append)

    assert taken == len(STEPS), "\n".join(lines)


def test_make_journey_walks_again_and_prints_a_row_for_each_step(
    stack: Stack, on_port: Callable[[int], None], capsys: pytest.CaptureFixture[str]
):
    on_port(stack.settings.port)
    status = main()
    said = capsys.readouterr().out
    assert status == 0, said
    rows = [line.split()[0] for line in said.splitlines()[2:-2]]
    assert rows == [str(number) for number in range(1, 12)]
    assert said.endswith("\n  11/11\n")


def test_a_journey_that_is_stopped_says_where(on_port: Callable[[int], None], capsys: pytest.CaptureFixture[str]):
    with served(lambda _: Starlette(routes=SIGNS_IN_ONLY)) as address:
        on_port(int(address.rpartition(":")[2]))
        assert main() == 1
    said = capsys.readouterr().out
    assert " 1  Enquiry       FAILED: the form answered 404\n" in said
    assert said.endswith("\n  0/11\n")


def test_a_journey_without_a_product_says_so_soon(on_port: Callable[[int], None], capsys: pytest.CaptureFixture[str]):
    on_port(free_block())
    assert main() == 1
    said = capsys.readouterr().out
    assert "The journey cannot begin: GET /livez was not answered" in said
    assert "Is `make up` running, with its demo workspace?" in said
