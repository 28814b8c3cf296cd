"""Blobs of uploaded and made files, addressed by their content and written once; and what a browser may do with them."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, Protocol
from urllib.parse import quote

import puremagic

from models.types.errors import Invalid, NotFound

DEFAULT_MAX_BYTES = 50_000_000

UNKNOWN = "application/octet-stream"

_KEY = re.compile(r"[a-z0-9_]{1,64}/[0-9a-f]{2}/[0-9a-f]{64}")
_SCOPE = re.compile(r"[a-z0-9_]{1,64}")

# What a browser may show inside our pages' origin, told by the first bytes alone; names and claims prove nothing.
_SHOWN_INLINE = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "application/pdf": re.compile(rb"%PDF-\d"),
}
_ACTIVE = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?xml|xsl|math)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Where a blob went and what it is."""

    key: str
    """What `open`, `delete` and `exists` take; opaque to everyone else."""
    sha256: str
    size: int
    """In bytes."""


class FileStore(Protocol):
    """A place for blobs. Equal content in one scope is one blob, so delete only what no row names any more."""

    def put(self, content: bytes | BinaryIO, *, scope: str, max_bytes: int = DEFAULT_MAX_BYTES) -> StoredFile:
        """The blob, safely on disk when this returns. Putting the same content again is harmless."""

    def open(self, key: str) -> BinaryIO:
        """The blob for reading. Raises NotFound."""

    def delete(self, key: str) -> None:
        """Removes the blob; nothing happens when it is already gone."""

    def exists(self, key: str) -> bool:
        """Whether the blob is there."""


class LocalFolder:
    """Blobs as files below one folder: `scope/ab/abcd…`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: bytes | BinaryIO, *, scope: str, max_bytes: int = DEFAULT_MAX_BYTES) -> StoredFile:
        """The blob, safely on disk when this returns. Putting the same content again is harmless.

        scope: the workspace; blobs of two scopes are never shared, so one may delete without asking the other.
        Raises Invalid when there is more than `max_bytes`; nothing is kept then.
        """
        if not _SCOPE.fullmatch(scope):
            raise ValueError(f"not a scope: {scope!r}")
        incoming = self._root / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=incoming, delete=False) as draft:
            try:
                sha256, size = _copy(content, draft, max_bytes)
                stored = StoredFile(f"{scope}/{sha256[:2]}/{sha256}", sha256, size)
                os.fchmod(draft.fileno(), 0o440)
                # Replacing an equal blob renews its age, so a sweep for orphans cannot take it from under a new row.
                self._publish(Path(draft.name), self._path(stored.key))
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
        return stored

    def open(self, key: str) -> BinaryIO:
        """The blob for reading. Raises NotFound."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as error:
            raise NotFound("This file is no longer here.") from error

    def delete(self, key: str) -> None:
        """Removes the blob; nothing happens when it is already gone."""
        self._path(key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        """Whether the blob is there."""
        return self._path(key).is_file()

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise NotFound("This file is no longer here.")
        return self._root / key

    def _publish(self, draft: Path, target: Path) -> None:
        fresh = not target.parent.exists()
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(target)
        _fsync_folder(target.parent)
        if fresh:
            _fsync_folder(target.parent.parent)
            _fsync_folder(self._root)


def sniff(content: bytes, filename: str) -> str:
    """The media type a file really has, told from its bytes; the name decides only between kinds of one container.

    content: the first few kilobytes are enough.  Text that a browser could run is named as what it is
    (`text/html`, `image/svg+xml`), never as something harmless.
    """
    head = content[:8192]
    for media_type, signature in _SHOWN_INLINE.items():
        if signature.match(head):
            return media_type
    if _ACTIVE.search(head):
        return "image/svg+xml" if b"<svg" in head.lower() else "text/html"
    guessed = _guess(head, filename)
    if guessed in _SHOWN_INLINE or not guessed:
        guessed = UNKNOWN
    return "text/plain" if guessed in {UNKNOWN, "text/plain"} and _is_text(head) else guessed


def serving_headers(media_type: str, filename: str, *, download: bool = False) -> dict[str, str]:
    """The headers under which a stored file may leave: shown in place when harmless, otherwise a download without powers.

    Set them all, Content-Type included.  Source: RFC 6266 and RFC 8187 for the file name.
    """
    inline = media_type in _SHOWN_INLINE and not download
    headers = {
        "Content-Type": media_type if inline or media_type.startswith(("audio/", "video/")) else UNKNOWN,
        "Content-Disposition": _disposition("inline" if inline else "attachment", filename),
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if media_type != "application/pdf":  # browsers refuse to open their PDF viewer in a sandbox
        headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return headers


def is_shown_inline(media_type: str) -> bool:
    """Whether a browser may show such a file in place: pictures without script, and PDF."""
    return media_type in _SHOWN_INLINE


def _copy(content: bytes | BinaryIO, draft: IO[bytes], max_bytes: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(BytesIO(content) if isinstance(content, bytes) else content):
        size += len(chunk)
        if size > max_bytes:
            raise Invalid(f"The file is larger than {max_bytes // 1_000_000} MB.", field="file")
        digest.update(chunk)
        draft.write(chunk)
    draft.flush()
    os.fsync(draft.fileno())
    return digest.hexdigest(), size


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(256 * 1024):
        yield chunk


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _guess(head: bytes, filename: str) -> str:
    try:
        matches = puremagic.magic_string(head, filename)
    except (puremagic.PureError, ValueError):
        return ""
    return str(matches[0].mime_type) if matches and matches[0].confidence >= 0.4 else ""


def _is_text(head: bytes) -> bool:
    try:
        head[:4000].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= 3990 and b"\0" not in head  # a character cut in two by our own limit
    return b"\0" not in head


def _disposition(kind: str, filename: str) -> str:
    name = re.sub(r"[\x00-\x1f\x7f/\\]", "_", filename).strip() or "file"
    plain = re.sub(r'[^\x20-\x7e]|["%;]', "_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
