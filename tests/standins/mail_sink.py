"""The mail sink as a real process on loopback, for tests that send mail."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from models.types.mail import SmtpSecurity, SmtpSettings

ROOT = Path(__file__).parents[2]


@dataclass
class MailSink:
    """A running sink; `kill` and `start` play a crash."""

    db: Path
    arguments: tuple[str, ...] = ()
    smtp_port: int = field(default_factory=lambda: free_port())
    port: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> SmtpSettings:
        return SmtpSettings("127.0.0.1", self.smtp_port, SmtpSecurity.NONE, timeout_seconds=5)

    def start(self) -> None:
        ports = ["--smtp-port", str(self.smtp_port), "--port", str(self.port), "--db", str(self.db)]
        self.process = subprocess.Popen([sys.executable, "-m", "api.sandbox.mail", *ports, *self.arguments], cwd=ROOT)
        for _ in range(300):
            try:
                httpx.get(f"{self.url}/api/health", timeout=1)
                return
            except httpx.HTTPError:
                assert self.process.poll() is None, "the sink did not start"
                time.sleep(0.1)
        raise AssertionError("the sink does not answer")

    def stop(self, how: int = signal.SIGTERM) -> None:
        assert self.process is not None
        os.kill(self.process.pid, how)
        self.process.wait(10)

    def messages(self, **search: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(f"{self.url}/api/messages", params=search, timeout=10).raise_for_status().json()
        return found

    def clear(self) -> None:
        httpx.delete(f"{self.url}/api/messages", timeout=10).raise_for_status()

    def fault(self, **faults: float) -> None:
        httpx.post(f"{self.url}/api/faults", json=faults, timeout=10).raise_for_status()


@contextmanager
def running_mail_sink(folder: Path, *arguments: str) -> Iterator[MailSink]:
    sink = MailSink(folder / "mail.db", arguments)
    sink.start()
    try:
        yield sink
    finally:
        sink.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
