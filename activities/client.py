"""The one HTTP client of the worker: workspace, workflow, idempotency key and cause on every call."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from temporalio import activity

from activities.errors import raise_for, unreachable

_BEAT_SECONDS = 1.5
"""A quarter of the heartbeat timeout in workflows/policies.py."""
_LIMITS = httpx.Limits(max_connections=60, max_keepalive_connections=60)


class ApiClient:
    """Calls the CRUD API as the worker."""

    def __init__(self, base_url: str, token: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=httpx.Timeout(115.0, connect=5.0),
            limits=_LIMITS,
            transport=transport,
        )

    async def get(self, path: str, *, workspace_id: str, **params: str) -> Any:
        """The JSON at a path. Raises ApplicationError when the API refuses or cannot be reached."""
        return await self._send("GET", path, {"X-Workspace": workspace_id}, params=params)

    async def post(
        self,
        path: str,
        *,
        workspace_id: str,
        key: str,
        body: Any = None,
        event_id: str | None = None,
    ) -> Any:
        """Write once: the same key and body give the first answer again, however often this is called.

        event_id: what led to the call.
        """
        headers = {"X-Workspace": workspace_id, "Idempotency-Key": key}
        if event_id:
            headers["X-Cause"] = json.dumps({"event_id": event_id})
        return await self._send("POST", path, headers, json={} if body is None else body)

    async def system(self, path: str, body: Any) -> Any:
        """A call of the relay, which serves all workspaces and needs no key: claiming and acknowledging repeat safely."""
        return await self._send("POST", path, {}, json=body)

    async def write(self, path: str, *, workspace_id: str) -> Any:
        """A write that is harmless to repeat by itself and so needs no key."""
        return await self._send("POST", path, {"X-Workspace": workspace_id}, json={})

    async def close(self) -> None:
        await self._http.aclose()

    async def _send(self, method: str, path: str, headers: dict[str, str], **options: Any) -> Any:
        if activity.in_activity():
            headers["X-Workflow"] = activity.info().workflow_id or ""
        try:
            async with _beating():
                response = await self._http.request(method, f"/api/v1{path}", headers=headers, **options)
        except httpx.HTTPError as error:
            raise unreachable(error) from error
        raise_for(response)
        return response.json() if response.content else None


@asynccontextmanager
async def _beating() -> AsyncIterator[None]:
    """Tell Temporal that the activity is alive while the API is at work, so that a killed worker is noticed in seconds."""
    if not activity.in_activity() or activity.info().is_local:
        yield
        return

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(_BEAT_SECONDS)

    heart = asyncio.create_task(beat())
    try:
        yield
    finally:
        heart.cancel()


_client: ApiClient | None = None


def use(client: ApiClient) -> None:
    """Set the client that all activities of this process call through; the worker does so once at its start."""
    global _client
    _client = client


def api() -> ApiClient:
    """The client in use. Raises RuntimeError when the process did not set one."""
    if _client is None:
        raise RuntimeError("activities.client.use() was not called")
    return _client
