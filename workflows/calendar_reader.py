"""Keeps the busy times of connected calendars fresh: claim through the API, have the API read each."""

import asyncio

import structlog
from temporalio.exceptions import ApplicationError

from activities.client import ApiClient

log = structlog.get_logger("calendar_reader")
_PAUSE_SECONDS = 15.0


class CalendarReader:
    """Runs until cancelled."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    async def run(self) -> None:
        """Claim and read for ever; what cannot be read stays unread, and offers no slot."""
        while True:
            try:
                claimed = await self._api.system("/calendar_connections/claims", {})
                await asyncio.gather(*(self._read(one["workspace_id"], one["id"]) for one in claimed))
            except ApplicationError as error:
                log.warning("calendar reader waits", reason=error.message)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _read(self, workspace_id: str, connection_id: str) -> None:
        try:
            await self._api.write(f"/calendar_connections/{connection_id}/readings", workspace_id=workspace_id)
        except ApplicationError as error:
            log.warning("calendar not read", workspace_id=workspace_id, connection_id=connection_id, reason=error.message)
