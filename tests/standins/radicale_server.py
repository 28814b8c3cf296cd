"""A real Radicale on loopback: one account with a password, calendars made on demand."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.standins.mail_sink import free_port

USERNAME, PASSWORD = "ada", "correct horse"

_MAKE = """<?xml version="1.0"?><C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>{name}</D:displayname></D:prop></D:set></C:mkcalendar>"""


@dataclass
class Radicale:
    """A running server."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def account_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def make_calendar(self, name: str) -> str:
        url = f"{self.account_url}{USERNAME}/{name}/"
        httpx.request("MKCALENDAR", url, content=_MAKE.format(name=name), auth=(USERNAME, PASSWORD)).raise_for_status()
        return url

    def put(self, calendar_url: str, uid: str, lines: str) -> None:
        event = f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT\n"
        ics = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{event}END:VCALENDAR\n"
        httpx.put(f"{calendar_url}{uid}.ics", content=ics.replace("\n", "\r\n"), auth=(USERNAME, PASSWORD)).raise_for_status()

    def delete(self, url: str) -> None:
        httpx.delete(url, auth=(USERNAME, PASSWORD)).raise_for_status()

    def change_password(self, password: str) -> None:
        (self.folder / "users").write_text(f"{USERNAME}:{password}\n")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@contextmanager
def running_radicale(folder: Path) -> Iterator[Radicale]:
    port = free_port()
    settings = [
        f"--server-hosts=127.0.0.1:{port}",
        "--auth-type=htpasswd",
        f"--auth-htpasswd-filename={folder / 'users'}",
        "--auth-htpasswd-encryption=plain",
        "--auth-delay=0",
        "--auth-cache-logins=false",
        f"--storage-filesystem-folder={folder / 'collections'}",
        "--logging-level=critical",
        "--config=",
    ]
    server = Radicale(port, folder, subprocess.Popen([sys.executable, "-m", "radicale", *settings]))
    server.change_password(PASSWORD)
    try:
        for _ in range(200):
            try:
                httpx.get(server.account_url, timeout=1)
                break
            except httpx.HTTPError:
                assert server.process.poll() is None, "radicale did not start"
                time.sleep(0.1)
        yield server
    finally:
        server.stop()
