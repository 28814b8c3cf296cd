"""The children's output: one file each under `logs/`, cut when it grows, with the end of it at hand."""

from collections import deque
from pathlib import Path

_MOST_BYTES = 10_000_000


class LogFile:
    """Appends whole chunks; the file before the last cut is kept as `name.log.1`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")
        self._rest = b""
        self.last_lines: deque[str] = deque(maxlen=12)

    def close(self) -> None:
        """No more comes. Safe to repeat."""
        self._file.close()

    def write(self, chunk: bytes) -> list[str]:
        """Keep the chunk; the lines that it completed."""
        if self._file.tell() > _MOST_BYTES:
            self._cut()
        self._file.write(chunk)
        self._file.flush()
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._rest = self._rest[-65536:]
        completed = [line.decode(errors="replace") for line in lines]
        self.last_lines.extend(line for line in completed if line.strip())
        return completed

    def _cut(self) -> None:
        self._file.close()
        self.path.replace(self.path.with_suffix(".log.1"))
        self._file = self.path.open("ab")
