"""A real browser, in a pytest run of its own: the synchronous driver and pytest-asyncio cannot share a session."""

import os
import shutil

import pytest

CHROMIUM_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args():
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("No chromium on this machine. Install it (Debian: apt-get install -y chromium) or name one in CHROMIUM.")
    return {"executable_path": chromium, "args": CHROMIUM_SWITCHES}
