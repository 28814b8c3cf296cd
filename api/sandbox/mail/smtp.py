"""The SMTP side of the sink, with faults on demand."""

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from api.sandbox.mail.store import DeliveryStore


class SmtpDoor:
    """Listens on loopback and keeps what comes; can be told to refuse mails or to be away for a while."""

    def __init__(self, store: DeliveryStore, port: int) -> None:
        self.refusals_left = 0
        """How many of the next mails get a "come back later"."""
        self.port = port
        self._store = store
        self._server: asyncio.Server | None = None
        self._return: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Starts to listen; port 0 picks a free one. Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._conversation, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stops to listen; mails under way are cut off."""
        if self._return:
            self._return.cancel()
        if self._server:
            self._server.close()
            self._server = None

    async def be_away(self, seconds: float) -> None:
        """Refuses every connection for a while, as a server that is down does."""
        await self.close()
        loop = asyncio.get_running_loop()
        self._return = loop.call_later(seconds, lambda: loop.create_task(self.open()))

    def is_open(self) -> bool:
        """Whether it listens."""
        return self._server is not None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keeps a mail, and answers only when it is on disk."""
        if self.refusals_left > 0:
            self.refusals_left -= 1
            return "451 4.3.0 Come back later"
        if not self.is_open():
            return "421 4.3.2 Closing"
        raw = envelope.original_content or b""
        number = await asyncio.to_thread(self._store.keep, raw, envelope.mail_from or "", list(envelope.rcpt_tos))
        return f"250 2.0.0 Kept as {number}"

    def _conversation(self) -> SMTP:
        return SMTP(self, hostname="sink.localhost", ident="sink", enable_SMTPUTF8=True)
