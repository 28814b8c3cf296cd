"""A provider killed in the middle of things has lost nothing and sends what it still owes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.api.sandbox.conftest import Inbox, Sandbox
from tests.standins.serving import served


@contextmanager
def provider(port: int, db: Path, hook: str) -> Iterator[subprocess.Popen[bytes]]:
    arguments = ["--port", str(port), "--db", str(db), "--webhook-url", hook, "--webhook-secret", "whsec_1"]
    process = subprocess.Popen([sys.executable, "-m", "api.sandbox.provider", *arguments])
    try:
        deadline = time.monotonic() + 15
        while not _is_up(port):
            assert process.poll() is None, "the provider ended"
            assert time.monotonic() < deadline, "the provider does not come up"
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def test_nothing_is_lost_when_it_is_killed(tmp_path: Path):
    port, inbox = _free_port(), Inbox(refuse_next=10_000)
    with served(lambda _: inbox.app()) as hook:
        sandbox = Sandbox(f"http://127.0.0.1:{port}", inbox)
        with provider(port, tmp_path / "p.db", f"{hook}/hook") as process:
            session = sandbox.checkout("inv_killed")
            first = sandbox.api("POST", "customers", "key-killed", email="ada@example.com").json()
            assert sandbox.pay(session).status_code == 303
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        assert inbox.messages == []
        inbox.refuse_next = 0
        with provider(port, tmp_path / "p.db", f"{hook}/hook"):
            assert [charge["status"] for charge in sandbox.charges("inv_killed")] == ["succeeded"]
            assert sandbox.api("POST", "customers", "key-killed", email="ada@example.com").json() == first
            owed = ["customer.created", "payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
            deadline = time.monotonic() + 8
            while {row["state"] for row in sandbox.webhooks()} != {"delivered"}:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert [row["type"] for row in sandbox.webhooks()] == [*owed, "checkout.session.completed"]
            assert len(inbox.messages) == 5


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _is_up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/livez", timeout=1).status_code == 200
    except httpx.TransportError:
        return False
