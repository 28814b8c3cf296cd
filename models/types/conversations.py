"""The inbox as it is shown."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One conversation of the list, in words."""

    id: str
    kind: str
    title: str
    """Whom with: a client's name, or a channel's."""
    about: str
    """What about: the document's or the engagement's title; empty for a channel."""
    snippet: str
    """How the last message begins."""
    at: datetime
    is_waiting_on_us: bool
    contact_id: str | None = None
    engagement_id: str | None = None


@dataclass(frozen=True, slots=True)
class MessageView:
    """One thing said, as one viewer sees it."""

    id: str
    author_name: str
    body: str
    at: datetime
    is_own: bool
    is_automatic: bool
    via: str
    sender: str = ""
    """The address a mail came from, when it is not the one we know."""
    files: list[dict[str, str]] = field(default_factory=list)
    """{"id", "filename"} of what was attached."""
    why_href: str = ""
    """The run that posted it, for members; empty when a person wrote it."""


@dataclass(frozen=True, slots=True)
class Messenger:
    """What `conversations/_messenger.html` needs: what was said, and where the next message is posted."""

    messages: list[MessageView]
    action: str
    key: str
    """Posted along: makes a repeated post the same message."""
    conversation_id: str = ""
    files_path: str = "/files/"
    """Where the viewer downloads attachments."""
    poll: str = ""
    """Where the list is asked for again while the page is open; empty: never."""
    error: str = ""
    typed: str = ""
