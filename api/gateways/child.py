"""A process of our own for work that may be slow, hostile or hungry: PDFs and strangers' calendars.

The parent asks, the child answers, one request at a time; a child that takes too long is killed and replaced. It ends by
itself when the parent is gone. A frame is eight bytes of length and the content; an answer begins with `+` or, when it
is a sentence about what went wrong, with `-`.
"""

import atexit
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).parents[2]
_START_SECONDS = 60.0
_MAX_REQUESTS = 200
"""After so many a fresh process takes over, so that memory lost to leaks comes back."""
_MAX_MEMORY_BYTES = 3 * 1024**3
"""Of address space; libraries and fonts take the first of it without using it."""


class ChildFailed(Exception):
    """The child answered with a reason instead of a result, or cannot even start."""


class ChildTookTooLong(Exception):
    """The request was given up and the child killed."""


class Child:
    """The parent's end; safe to use from many threads."""

    def __init__(self, module: str, environment: Mapping[str, str] | None = None) -> None:
        self._module = module
        self._environment = environment or {}
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._requests = 0
        atexit.register(self.close)

    def warm(self) -> None:
        """Starts the process if there is none. Raises ChildFailed."""
        with self._turn:
            self._running()

    def ask(self, request: bytes, timeout_seconds: float) -> bytes:
        """The answer; a process found dead is replaced once. Raises ChildFailed and ChildTookTooLong."""
        with self._turn:
            for _ in range(2):
                answer = self._exchange(request, timeout_seconds)
                if answer is not None:
                    return _content(answer)
        raise ChildFailed("the process stopped twice over it")

    def close(self) -> None:
        """Ends the process; the next request starts another."""
        process, self._process, self._requests = self._process, None, 0
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        process.wait()

    def _exchange(self, request: bytes, timeout_seconds: float) -> bytes | None:
        """The answer's frame, or None when the process died over it."""
        process = self._running()
        expired = threading.Event()

        def cut() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(timeout_seconds, cut)
        timer.start()
        try:
            answer = _asked(process, request)
        finally:
            timer.cancel()
        self._requests += 1
        if answer is None or self._requests >= _MAX_REQUESTS:
            self.close()
        if answer is None and expired.is_set():
            raise ChildTookTooLong
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        environment = {**os.environ, **self._environment}
        command = [sys.executable, "-m", self._module]
        process = subprocess.Popen(command, cwd=_ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._process = process
        timer = threading.Timer(_START_SECONDS, process.kill)
        timer.start()
        try:
            greeting = _read(process.stdout) if process.stdout else None
        finally:
            timer.cancel()
        try:
            _content(greeting or b"-it did not start")
        except ChildFailed:
            self.close()
            raise
        return process


def serve(prepare: Callable[[], Callable[[bytes], bytes]]) -> None:
    """The child's whole life: prepare, say so, answer until the parent is gone.

    prepare: loads what is needed and returns what answers a request; the message of whatever either raises goes to the parent.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not end up in a frame
    try:
        answer = prepare()
    except Exception as error:
        _write(answers, b"-" + _sentence(error))
        return
    _write(answers, b"+ready")
    while (request := _read(sys.stdin.buffer)) is not None:
        try:
            said = b"+" + answer(request)
        except Exception as error:
            said = b"-" + _sentence(error)
        _write(answers, said)


def _content(answer: bytes) -> bytes:
    if answer[:1] != b"+":
        raise ChildFailed(answer[1:].decode("utf-8", "replace"))
    return answer[1:]


def _asked(process: subprocess.Popen[bytes], request: bytes) -> bytes | None:
    if process.stdin is None or process.stdout is None:
        return None
    try:
        _write(process.stdin, request)
        return _read(process.stdout)
    except OSError:
        return None


def _sentence(error: Exception) -> bytes:
    return (str(error).strip().split("\n")[0][:300] or type(error).__name__).encode()


def _read(pipe: IO[bytes]) -> bytes | None:
    head = pipe.read(8)
    if len(head) < 8:
        return None
    (length,) = struct.unpack(">Q", head)
    body = pipe.read(length)
    return body if len(body) == length else None


def _write(pipe: IO[bytes], content: bytes) -> None:
    pipe.write(struct.pack(">Q", len(content)) + content)
    pipe.flush()
