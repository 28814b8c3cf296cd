"""One request, one transaction: who calls, what they may see, the open session."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Header, Request
from sqlmodel import Session

from api.fingerprints import fingerprint_of
from models import clock, logging
from models.commands.idempotency import KeyedWrite
from models.db import Database, enter
from models.queries.principals import find_api_token, find_login
from models.settings import Settings
from models.tables.workspaces import Workspace
from models.types.errors import Forbidden, NotFound
from models.types.principals import Door, NotSignedIn, Principal, PrincipalKind
from models.types.scope import Cause, Scope

MEMBER_COOKIE = "throughline_member"
PORTAL_COOKIE = "throughline_portal"
_COOKIES = {Door.MEMBER: MEMBER_COOKIE, Door.PORTAL: PORTAL_COOKIE}


class Call:
    """A request being answered. Endpoints get one; the session is open while they run, and committed after."""

    session: Session
    principal: Principal

    door: Door
    noun: str

    def __init__(
        self, request: Request, *, writes: bool, key: str | None = None, fingerprint: str = "", is_slow: bool = False
    ) -> None:
        self.request = request
        self.writes = writes
        self.is_slow = is_slow
        self._acts_for = ""
        self.key = key
        self.fingerprint = fingerprint
        self.claimed: KeyedWrite | None = None
        self.database: Database = request.app.state.database
        self.settings: Settings = request.app.state.settings

    @contextmanager
    def open(self, *, writes: bool | None = None) -> Iterator[None]:
        """Open a transaction, find out who calls, and refuse those who may not.

        The router does it around an endpoint with `Read` or `Write`. An endpoint with `Slow` opens its own: one to
        read, then the slow thing with no transaction open, then one to write what came of it.
        """
        writing = self.writes if writes is None else writes
        self.__dict__.pop("workspace", None)
        with (self.database.write if writing else self.database.read)(Scope(None)) as session:
            self.session = session
            self.principal = self._authenticate(self.door)
            self._authorise(self.door, self.noun)
            if self.principal.workspace_id is not None:
                self.enter(self.principal.workspace_id)
            yield

    def enter(self, workspace_id: str) -> None:
        """Work in one workspace from here on. Public routes call it with the workspace that their link names."""
        self.__dict__.pop("workspace", None)
        enter(self.session, Scope(workspace_id, self._acts_for or self.principal.actor, self._cause))
        self._name_in_logs(workspace_id=workspace_id)

    def act_as(self, principal: Principal) -> None:
        """Go on as somebody who proved who they are while the call ran: a capability link names its recipient."""
        self.principal = principal
        if principal.workspace_id is None:
            raise Forbidden("This needs a workspace.")
        self.enter(principal.workspace_id)

    def act_because(self, cause: Cause, *, actor: str = "") -> None:
        """Give what is written from the next transaction on a cause, as the API itself found it.

        actor: on whose behalf it is written, when that is not the caller.
        """
        self.__dict__["_cause"] = cause
        self._acts_for = actor

    @property
    def now(self) -> datetime:
        return clock.now()

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace of the caller or of the link. Raises NotFound when there is none."""
        scope = self.session.info["scope"]
        workspace = self.session.get(Workspace, scope.workspace_id) if scope.workspace_id else None
        if workspace is None:
            raise NotFound("There is no such workspace.")
        return workspace

    @property
    def actor(self) -> str:
        return self.principal.actor

    @property
    def address(self) -> str:
        """The caller's network address as the socket says; forwarded headers count only behind a configured proxy."""
        return self.request.client.host if self.request.client else ""

    @property
    def agent(self) -> str:
        return self.request.headers.get("user-agent", "")[:400]

    @property
    def has_upload(self) -> bool:
        """Whether the request carries files."""
        return self.request.headers.get("content-type", "").startswith("multipart/")

    @property
    def is_htmx(self) -> bool:
        return self.request.headers.get("HX-Request") == "true"

    def url(self, path: str) -> str:
        """An absolute address for mails: path begins with a slash."""
        return self.settings.public_url.rstrip("/") + path

    # -- who ---------------------------------------------------------------------------------------------------

    def _authenticate(self, door: Door) -> Principal:
        if door is Door.PUBLIC:
            return Principal()
        if door is Door.REST:
            return self._program() or self._signed_in(Door.MEMBER) or self._signed_in(Door.PORTAL) or Principal()
        return self._signed_in(door) or Principal()

    def _program(self) -> Principal | None:
        kind, _, token = self.request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            return None
        if _same(token, self.settings.worker_token):
            self._name_in_logs(workflow_id=self.request.headers.get("x-workflow"))
            return Principal(
                kind=PrincipalKind.WORKER, workspace_id=self.request.headers.get("x-workspace"), scopes=frozenset({"*"})
            )
        return find_api_token(self.session, token)

    def _signed_in(self, door: Door) -> Principal | None:
        token = self.request.cookies.get(_COOKIES[door])
        return find_login(self.session, token, door, now=self.now) if token else None

    def _authorise(self, door: Door, noun: str) -> None:
        if door is Door.PUBLIC:
            return
        if self.principal.kind is PrincipalKind.NOBODY:
            raise NotSignedIn(door)
        # A slow GET, such as a PDF that is made when first asked for, changes nothing that the caller could see.
        right = "write" if self.writes and self.request.method != "GET" else "read"
        if door is Door.REST and not self.principal.may(noun, right):
            raise Forbidden(f"This needs the scope {noun}:{right}.")

    def _name_in_logs(self, **names: str | None) -> None:
        """Put these on every line of this request: of this thread, and of the task that answers when something breaks."""
        logging.bind(**names)
        logged = self.request.scope.setdefault("log_names", {})
        logged.update(names)

    @cached_property
    def _cause(self) -> Cause:
        said = self.request.headers.get("x-cause")
        if not said or self.principal.kind is not PrincipalKind.WORKER:
            return Cause()
        values = json.loads(said)
        return replace(Cause(**values), automation_ids=tuple(values.get("automation_ids", ())))


def _same(token: str, secret: str) -> bool:
    """Compare by digest, so that the time taken tells nothing."""
    return bool(secret) and hashlib.sha256(token.encode()).digest() == hashlib.sha256(secret.encode()).digest()


async def worker_only(request: Request) -> None:
    """A dependency for routes that only the worker may call. Raises Forbidden."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not _same(token, request.app.state.settings.worker_token):
        raise Forbidden("Only the worker may call this.")


async def _reading(request: Request) -> Call:
    return Call(request, writes=False)


async def _writing(request: Request, idempotency_key: Annotated[str | None, Header(max_length=255)] = None) -> Call:
    if idempotency_key is None or request.method == "GET" or not request.app.state.settings.keeps_answers:
        return Call(request, writes=True)
    return Call(request, writes=True, key=idempotency_key, fingerprint=await fingerprint_of(request))


async def _slow(call: Annotated[Call, Depends(_writing)]) -> Call:
    call.is_slow = True
    return call


async def _watching(call: Annotated[Call, Depends(_reading)]) -> Call:
    call.is_slow = True
    return call


Read = Annotated[Call, Depends(_reading)]
"""For endpoints that change nothing."""
Write = Annotated[Call, Depends(_writing)]
"""For endpoints that change something: one transaction, committed when they return."""
Slow = Annotated[Call, Depends(_slow)]
"""For endpoints that speak to somebody outside or render a PDF: they open short transactions with `call.open(writes=…)`."""
Watch = Annotated[Call, Depends(_watching)]
"""For endpoints that change nothing and go on for long: they open short transactions with `call.open()`, as `Slow` does."""
