"""Files on their way in and out: read from a multipart body, kept in storage, served without powers."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePath
from typing import Annotated, BinaryIO

from fastapi import Depends, Request, UploadFile
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile as StarletteUpload
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from api.deps import Call
from api.gateways.storage import LocalFolder, serving_headers, sniff
from models.settings import Settings
from models.tables.files import File
from models.types.errors import Invalid
from models.types.forms import Upload

MAX_FILE_BYTES = 25_000_000
MAX_BODY_BYTES = 80_000_000
_MAX_NAME = 120
# What runs on a double click has no place among a client's papers.
_RUNNABLE = frozenset(
    (
        *("exe", "msi", "bat", "cmd", "com", "scr", "pif", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta", "jar", "lnk"),
        *("reg", "dll", "app", "sh", "apk"),
    )
)


@dataclass(frozen=True, slots=True)
class PostedForm:
    """A form body whose names are not known beforehand."""

    values: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[UploadFile]] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """The first value of a name, or ""."""
        return (self.values.get(name) or [""])[0]


async def posted_form(request: Request) -> AsyncIterator[PostedForm]:
    """Read the body within its limits. Raises 413 for a body that is too large, 415 for one that is no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded", ""):
        raise HTTPException(415, "Send this as a form.")
    async with limited(request, MAX_BODY_BYTES).form(max_files=50, max_fields=500, max_part_size=1_000_000) as body:
        values: dict[str, list[str]] = {}
        files: dict[str, list[UploadFile]] = {}
        for name, value in body.multi_items():
            if isinstance(value, StarletteUpload):
                if value.filename:
                    files.setdefault(name, []).append(UploadFile(value.file, size=value.size, filename=value.filename))
            else:
                values.setdefault(name, []).append(value)
        yield PostedForm(values, files)


Posted = Annotated[PostedForm, Depends(posted_form)]
"""For endpoints that take any form: `def create(call: Slow, posted: Posted)`."""


def limited(request: Request, limit: int) -> Request:
    """The request with a body that breaks off with 413 when it is longer than `limit` bytes, whatever its headers promised."""
    return Request(request.scope, _counted(request.receive, limit))


def _counted(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def receive_some() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, f"This is too large: at most {limit / 1_000_000:.0f} MB at once.")
        return message

    return receive_some


def as_upload(file: UploadFile) -> Upload:
    """What an uploaded file claims to be, before it is kept. Raises Invalid when it is too large or may not be sent."""
    return _claimed(file.filename or "", file.size or 0)


def _claimed(filename: str, size: int) -> Upload:
    name = PurePath(filename.replace("\\", "/")).name.strip().strip(".")[-_MAX_NAME:] or "file"
    if size > MAX_FILE_BYTES:
        raise Invalid(f"“{name}” is larger than {MAX_FILE_BYTES // 1_000_000} MB.", field="file")
    if name.rpartition(".")[2].lower() in _RUNNABLE:
        raise Invalid(f"“{name}” is a program. Send documents, pictures or archives, please.", field="file")
    return Upload(name, "", size, "", "")


def keep_upload(settings: Settings, workspace_id: str, file: UploadFile) -> Upload:
    """The file, safely in storage. Keep no transaction open around it. Raises Invalid as `as_upload` does."""
    return _kept(settings, workspace_id, as_upload(file), file.file)


def keep_bytes(settings: Settings, workspace_id: str, filename: str, content: bytes) -> Upload:
    """A file that came another way, such as with a mail, safely in storage. Raises Invalid as `as_upload` does."""
    return _kept(settings, workspace_id, _claimed(filename, len(content)), BytesIO(content))


def _kept(settings: Settings, workspace_id: str, claimed: Upload, blob: BinaryIO) -> Upload:
    blob.seek(0)
    media_type = sniff(blob.read(8192), claimed.filename)
    blob.seek(0)
    stored = store_of(settings).put(blob, scope=workspace_id, max_bytes=MAX_FILE_BYTES)
    return Upload(claimed.filename, media_type, stored.size, stored.sha256, stored.key)


def store_of(settings: Settings) -> LocalFolder:
    """Where the installation keeps its blobs."""
    return LocalFolder(settings.files_dir)


def file_response(call: Call, file: File, *, is_inline: bool = False) -> StreamingResponse:
    """The blob of a file, as a download that can do nothing; shown in place only when asked for and harmless."""
    blob = store_of(call.settings).open(file.storage_key)
    headers = serving_headers(file.media_type, file.filename, download=not is_inline)
    headers["Content-Length"] = str(file.size)
    headers["Cache-Control"] = "private, no-store"
    return StreamingResponse(_chunks(blob), headers=headers)


def _chunks(blob: BinaryIO) -> Iterator[bytes]:
    with blob:
        while chunk := blob.read(256 * 1024):
            yield chunk
