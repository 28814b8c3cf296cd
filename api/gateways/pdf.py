"""HTML to PDF, in a process of its own: a heavy page never holds up the others, a hung one is killed, a hostile one sees nothing.

The same HTML and identifier give the same bytes, today and next year, as long as WeasyPrint and the fonts stay the same.
"""

import atexit
import base64
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from models.types.errors import Invalid, Refused, Unavailable
from models.types.mail import Attachment

_ROOT = Path(__file__).parents[2]
_START_SECONDS = 60.0
_MAX_HTML = 8_000_000
_MAX_RENDERS = 200
"""After so many a fresh process takes over, so that memory lost to leaks comes back."""

LIBRARIES_MISSING = (
    "PDF files cannot be made: a system library is missing. On Debian or Ubuntu run "
    "`apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core`, then start again."
)


class PdfUnavailable(Unavailable):
    """The PDF process cannot start or died twice on the same page."""


class PdfRefused(Refused):
    """The page takes too long or too much memory to become a PDF."""


def render_pdf(html: str, *, identifier: str, attachments: Sequence[Attachment] = (), timeout_seconds: float = 30) -> bytes:
    """The page as PDF; the same bytes for the same input.

    html: complete; pictures and fonts only as `data:` addresses, anything else is left out and never fetched.
    identifier: goes into the file, such as the id and version of the document.  attachments: travel inside, as
    files that belong to the page (electronic invoices); the file is then a PDF/A-3b.
    Waits its turn: one page is rendered at a time.  Raises Invalid for too large a page, PdfRefused when it takes too
    long, PdfUnavailable when the system's libraries are missing (the message names them).
    """
    if len(html) > _MAX_HTML:
        raise Invalid("The document is too large to become a PDF.")
    request = {
        "html": html,
        "identifier": identifier,
        "attachments": [
            {"filename": one.filename, "media_type": one.media_type, "content": base64.b64encode(one.content).decode()}
            for one in attachments
        ],
    }
    return _PROCESS.render(json.dumps(request).encode(), timeout_seconds)


def warm_pdf() -> None:
    """Starts the process ahead of the first page, which is then a second or two faster. Raises PdfUnavailable."""
    _PROCESS.warm()


class PdfProcess:
    """The child process and the line to it; safe to use from many threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._renders = 0

    def warm(self) -> None:
        """Starts the child if there is none. Raises PdfUnavailable."""
        with self._turn:
            self._running()

    def render(self, request: bytes, timeout_seconds: float) -> bytes:
        """The answer to a request; a child that was found dead is replaced once."""
        with self._turn:
            for _ in range(2):
                answer = self._ask(request, timeout_seconds)
                if answer is not None:
                    return answer
        raise PdfUnavailable("The PDF process stopped twice on this document.")

    def close(self) -> None:
        """Ends the child; the next page starts another."""
        child, self._child, self._renders = self._child, None, 0
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        child.wait()

    def _ask(self, request: bytes, timeout_seconds: float) -> bytes | None:
        child = self._running()
        expired = threading.Event()

        def cut() -> None:
            expired.set()
            child.kill()

        timer = threading.Timer(timeout_seconds, cut)
        timer.start()
        try:
            answer = _exchange(child, request)
        finally:
            timer.cancel()
        if answer is None:
            self.close()
            if expired.is_set():
                raise PdfRefused(f"The document took longer than {timeout_seconds:g} seconds to become a PDF.")
            return None
        self._renders += 1
        if self._renders >= _MAX_RENDERS:
            self.close()
        return _content(answer)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.close()
        # Fixed seed and epoch: font subsets carry both into the file.
        environment = {**os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"}
        command = [sys.executable, "-m", "api.gateways.pdf_process"]
        child = subprocess.Popen(command, cwd=_ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._child = child
        timer = threading.Timer(_START_SECONDS, child.kill)
        timer.start()
        try:
            greeting = _read_frame(child.stdout) if child.stdout else None
        finally:
            timer.cancel()
        if greeting is None or greeting[:1] != b"+":
            self.close()
            said = greeting[1:].decode("utf-8", "replace") if greeting else "it did not start"
            raise PdfUnavailable(LIBRARIES_MISSING if "cannot load library" in said else f"PDF files cannot be made: {said}.")
        return child


_PROCESS = PdfProcess()
atexit.register(_PROCESS.close)


def _content(answer: bytes) -> bytes:
    if answer[:1] != b"+":
        raise PdfRefused(f"The document cannot become a PDF: {answer[1:].decode('utf-8', 'replace')}")
    return answer[1:]


def _exchange(child: subprocess.Popen[bytes], request: bytes) -> bytes | None:
    """The child's answer, or None when it died over the request."""
    if child.stdin is None or child.stdout is None:
        return None
    try:
        child.stdin.write(struct.pack(">Q", len(request)) + request)
        child.stdin.flush()
        return _read_frame(child.stdout)
    except OSError:
        return None


def _read_frame(pipe: IO[bytes]) -> bytes | None:
    head = pipe.read(8)
    if len(head) < 8:
        return None
    (length,) = struct.unpack(">Q", head)
    body = pipe.read(length)
    return body if len(body) == length else None
