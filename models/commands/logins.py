"""Letting people in and out. Tokens leave as they are made; only their digests are kept."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.ids import digest, new_id, new_token
from models.tables.members import Login, OneTimeLink
from models.types.members import MEMBER_LOGIN_LASTS, PORTAL_LOGIN_LASTS, LinkKind
from models.types.principals import Door


def open_login(
    session: Session, *, workspace_id: str, door: Door, person_id: str, agent: str, address: str, now: datetime
) -> tuple[str, datetime]:
    """Sign a person in at a door: the token for the cookie, and when it ends. Always a fresh one, never one that was offered."""
    token = new_token()
    expires_at = now + (MEMBER_LOGIN_LASTS if door is Door.MEMBER else PORTAL_LOGIN_LASTS)
    session.add(
        Login(
            id=new_id("log"),
            workspace_id=workspace_id,
            door=door,
            person_id=person_id,
            token_digest=digest(token),
            agent=agent[:200],
            address=address,
            expires_at=expires_at,
        )
    )
    session.flush()
    return token, expires_at


def end_login(session: Session, token: str, *, door: Door, now: datetime) -> None:
    """Sign out the browser that holds a token; nothing happens when it is signed out already."""
    login = session.exec(select(Login).where(Login.token_digest == digest(token), Login.door == door)).one_or_none()
    if login is not None:
        login.revoked_at = login.revoked_at or now


def end_logins(session: Session, person_id: str, *, now: datetime, keep: str = "") -> None:
    """Sign a person out everywhere. keep: the id of the one login that stays."""
    for login in session.exec(select(Login).where(Login.person_id == person_id, col(Login.revoked_at).is_(None))):
        if login.id != keep:
            login.revoked_at = now


def make_one_time_link(
    session: Session,
    *,
    workspace_id: str,
    kind: LinkKind,
    person_id: str,
    lasts: timedelta,
    now: datetime,
    then_path: str = "",
) -> str:
    """The token of a link that works once, within its time."""
    token = new_token()
    session.add(
        OneTimeLink(
            id=new_id("otl"),
            workspace_id=workspace_id,
            kind=kind,
            person_id=person_id,
            token_digest=digest(token),
            then_path=then_path,
            expires_at=now + lasts,
        )
    )
    session.flush()
    return token


def use_up_links(session: Session, person_id: str, *, kind: LinkKind, now: datetime) -> None:
    """End every link of a kind that a person still holds: one was used, so the others must not work any more."""
    for link in session.exec(
        select(OneTimeLink).where(
            OneTimeLink.person_id == person_id, OneTimeLink.kind == kind, col(OneTimeLink.used_at).is_(None)
        )
    ):
        link.used_at = now
