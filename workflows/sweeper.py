"""Has the API forget what need not be kept any longer."""

import asyncio

import structlog
from temporalio.exceptions import ApplicationError

from activities.client import ApiClient

log = structlog.get_logger("sweeper")
_PAUSE_SECONDS = 3600.0


class Sweeper:
    """Runs until cancelled."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    async def run(self) -> None:
        """Sweep every hour, for ever, again and again while there is something left."""
        while True:
            try:
                while (await self._api.system("/idempotency_keys/sweeps", {}))["forgotten"]:
                    continue
            except ApplicationError as error:
                log.warning("sweeper waits", reason=error.message)
            await asyncio.sleep(_PAUSE_SECONDS)
