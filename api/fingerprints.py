"""What tells one request from another, so that a key counts for one of them only."""

import hashlib

from fastapi import Request
from starlette.datastructures import UploadFile

from models.types.errors import Invalid

_CHUNK_BYTES = 256 * 1024


async def fingerprint_of(request: Request) -> str:
    """The digest of method, address and content. Of a form with files it is their names and content that count, since their
    sender separates the parts by another random line every time. Raises Invalid for such a form on a page.
    """
    said = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if request.headers.get("content-type", "").startswith("multipart/"):
        if not request.url.path.startswith("/api/"):
            raise Invalid("A page takes no Idempotency-Key with a form.", field="Idempotency-Key")
        said.update(await _digest_of_form(request))
    else:
        said.update(await request.body())
    return said.hexdigest()


async def _digest_of_form(request: Request) -> bytes:
    said = hashlib.sha256()
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            said.update(f"{name!r} {value.filename!r} {await _digest_of_file(value)}\n".encode())
        else:
            said.update(f"{name!r} {value!r}\n".encode())
    return said.digest()


async def _digest_of_file(file: UploadFile) -> str:
    """The file is left at its beginning, for whoever keeps it."""
    said = hashlib.sha256()
    while chunk := await file.read(_CHUNK_BYTES):
        said.update(chunk)
    await file.seek(0)
    return said.hexdigest()
