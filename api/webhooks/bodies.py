"""Bodies of webhooks: the very bytes that were signed, within a limit."""

from fastapi import Request

from api.files import limited

MAX_BYTES = 1_000_000


async def raw_body(request: Request) -> bytes:
    """The body as it arrived. Raises 413 for one that is too large."""
    return await limited(request, MAX_BYTES).body()
