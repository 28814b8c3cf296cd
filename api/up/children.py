"""The processes of the embedded profile: how each is started, and how to tell that it is ready."""

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from temporalio.client import Client

from api.up.preflight import CannotStart, temporal_file
from models.settings import LOOPBACK, Settings

Probe = Callable[[], Awaitable[bool]]

# Each flag was measured: without the second pair every timer has a floor of a second, without the third
# a workflow of three activities takes four times as long on two cores.
_TEMPORAL_TUNING = (
    'history.timerProcessorMaxTimeShift="10ms"',
    "history.transferProcessorMaxPollRPS=2000",
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
    "matching.enableFairness=true",
)


@dataclass(frozen=True)
class ChildPlan:
    """One process to keep alive."""

    name: str
    command: list[str]
    is_ready: Probe | None = None
    """Asked until it says yes; None when `ready_line` tells instead."""
    ready_line: str = ""
    """A text in the output that says it is ready."""


def plans(settings: Settings) -> list[ChildPlan]:
    """The children in the order of their start; they are stopped the other way round."""
    ports = settings.ports
    # A secret is one word with its flag: one in sixty-four begins with a hyphen and would be taken for a flag.
    mail = ["--smtp-port", str(ports.smtp), "--port", str(ports.mail_page), "--db", str(settings.home / "mail.db")]
    mail += ["--inbound-url", f"{settings.api_url}/webhooks/mail", f"--inbound-secret={settings.mail_inbound_secret}"]
    provider = ["--port", str(ports.provider), "--db", str(settings.home / "provider.db")]
    provider += ["--webhook-url", f"{settings.api_url}/webhooks/stripe", f"--webhook-secret={settings.stripe_webhook_secret}"]
    return [
        ChildPlan("temporal", temporal_command(settings), is_ready=lambda: temporal_answers(settings)),
        ChildPlan("mail", _module("api.sandbox.mail", *mail), is_ready=lambda: listens(ports.mail_page)),
        ChildPlan("provider", _module("api.sandbox.provider", *provider), is_ready=lambda: listens(ports.provider)),
        ChildPlan("api", _module("api"), is_ready=lambda: api_answers(settings)),
        ChildPlan("worker", _module("workflows"), ready_line="worker is ready"),
    ]


def temporal_command(settings: Settings) -> list[str]:
    """The dev server's command line. Raises CannotStart when the binary is not installed."""
    beside = Path(sys.executable).parent / "temporal"
    binary = str(beside) if beside.exists() else shutil.which("temporal")
    if binary is None:
        raise CannotStart("The Temporal server is not installed. Run `make up`, which installs everything.")
    flags = ["--ip", LOOPBACK, "--port", str(settings.ports.temporal), "--ui-port", str(settings.ports.temporal_ui)]
    flags += ["--db-filename", str(temporal_file(settings)), "--log-level", "warn"]
    flags += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"]
    for value in _TEMPORAL_TUNING:
        flags += ["--dynamic-config-value", value]
    return [binary, "server", "start-dev", *flags]


async def temporal_answers(settings: Settings) -> bool:
    """The port is open and the frontend calls itself healthy."""
    if not await listens(settings.ports.temporal):
        return False
    try:
        client = await Client.connect(settings.temporal_address, namespace=settings.temporal_namespace)
        return await client.service_client.check_health()
    except RuntimeError:
        return False


async def api_answers(settings: Settings) -> bool:
    """The readiness page says that the database answers."""
    try:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{settings.api_url}/readyz", timeout=2)).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


async def listens(port: int) -> bool:
    """Somebody accepts connections on the loopback port."""
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]
