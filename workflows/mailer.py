"""Sends queued mail: claim through the API, have the API send each, side by side.

Mail is no workflow: the queue row is the durable thing, and its tries are bounded by the API.
"""

import asyncio

import structlog
from temporalio.exceptions import ApplicationError

from activities.client import ApiClient

log = structlog.get_logger("mailer")
_BATCH = 10


class Mailer:
    """Runs until cancelled."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    async def run(self) -> None:
        """Claim and send for ever; when the API is away, wait and go on."""
        while True:
            try:
                claimed = await self._api.system("/emails/claims", {"limit": _BATCH, "wait_seconds": 20})
            except ApplicationError as error:
                log.warning("mailer waits", reason=error.message)
                await asyncio.sleep(1)
                continue
            await asyncio.gather(*(self._send(one["workspace_id"], one["id"]) for one in claimed))

    async def _send(self, workspace_id: str, email_id: str) -> None:
        """A failure leaves the mail queued: its lease runs out and it is claimed again."""
        try:
            await self._api.write(f"/emails/{email_id}/sending", workspace_id=workspace_id)
        except ApplicationError as error:
            log.warning("mail not sent", workspace_id=workspace_id, email_id=email_id, reason=error.message)
