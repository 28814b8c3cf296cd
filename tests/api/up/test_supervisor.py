"""The supervisor with real processes of a few lines each."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent

import pytest

from api.up.children import ChildPlan
from api.up.preflight import CannotStart
from api.up.supervisor import ROOT, Supervisor

LASTING = "import time; print('at work', flush=True); time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('at work', flush=True); time.sleep(600)"


def plan(name, program=LASTING):
    return ChildPlan(name, [sys.executable, "-c", program], ready_line="at work")


@asynccontextmanager
async def supervised(tmp_path, *plans):
    supervisor = Supervisor(list(plans), tmp_path, {})
    try:
        await supervisor.start()
        yield supervisor
    finally:
        supervisor.kill()
        await supervisor.stop()


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]


async def until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


async def test_a_killed_child_comes_back(tmp_path):
    async with supervised(tmp_path, plan("api"), plan("worker")) as supervisor:
        api, worker = supervisor.children
        first, other = api.pid, worker.pid
        assert (tmp_path / "run" / "api.pid").read_text() == str(first)
        os.kill(first, signal.SIGKILL)
        await until(lambda: api.pid not in (None, first))
        assert worker.pid == other


async def test_stopping_ends_every_child_and_starts_none_again(tmp_path):
    async with supervised(tmp_path, plan("api"), plan("worker")) as supervisor:
        pids = [child.pid for child in supervisor.children]
        await supervisor.stop()
        assert not [pid for pid in pids if is_alive(pid)]
        await asyncio.sleep(0.5)
        assert [child.pid for child in supervisor.children] == [None, None]


async def test_a_child_that_will_not_listen_is_made_to_end(tmp_path, monkeypatch):
    monkeypatch.setattr("api.up.supervisor._GRACE_SECONDS", 0.3)
    async with supervised(tmp_path, plan("deaf", DEAF)) as supervisor:
        pid = supervisor.children[0].pid
        await supervisor.stop()
        assert not is_alive(pid)


async def test_a_child_that_never_starts_is_reported_with_its_last_words(tmp_path):
    broken = ChildPlan("api", [sys.executable, "-c", "raise SystemExit('no such table: invoices')"], ready_line="at work")
    with pytest.raises(CannotStart, match=r"api does not start.*\n.*no such table: invoices"):
        async with supervised(tmp_path, broken):
            pass


async def test_output_is_kept_in_the_childs_log(tmp_path):
    async with supervised(tmp_path, plan("api")):
        assert (tmp_path / "logs" / "api.log").read_text() == "at work\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_children_die_with_a_killed_supervisor(tmp_path):
    program = tmp_path / "up.py"
    program.write_text(
        dedent(f"""
            import asyncio, sys
            from pathlib import Path
            from api.up.children import ChildPlan
            from api.up.supervisor import Supervisor

            async def main():
                plan = ChildPlan("api", [sys.executable, "-c", {LASTING!r}], ready_line="at work")
                supervisor = Supervisor([plan], Path({str(tmp_path)!r}), {{}})
                await supervisor.start()
                print("pid", supervisor.children[0].pid, flush=True)
                await asyncio.sleep(600)

            asyncio.run(main())
        """)
    )
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True, env=here) as supervisor:
        assert supervisor.stdout is not None
        pid = next(int(line.split()[1]) for line in supervisor.stdout if line.startswith("pid"))
        assert is_alive(pid)
        supervisor.kill()
    asyncio.run(until(lambda: not is_alive(pid)))
