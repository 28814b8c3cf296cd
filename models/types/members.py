"""People of the studio and how long what lets them in lasts."""

from datetime import timedelta
from enum import StrEnum


class MemberRole(StrEnum):
    """What a member may do: an owner everything, a member everything but people, keys and the workspace itself."""

    OWNER = "owner"
    MEMBER = "member"


class LinkKind(StrEnum):
    """What a one-time link is for."""

    PORTAL = "portal"
    PASSWORD = "password"  # noqa: S105 - a word, not a secret


MEMBER_LOGIN_LASTS = timedelta(days=30)
PORTAL_LOGIN_LASTS = timedelta(days=90)
PASSWORD_LINK_LASTS = timedelta(minutes=30)
PORTAL_LINK_LASTS = timedelta(minutes=30)
"""A link that somebody asked for at the portal's door."""
INVITATION_LASTS = timedelta(days=7)
"""A link that came unasked, to a new member or a client."""
