"""What the sink keeps: every delivery, repeats included, in one SQLite file that outlives a kill."""

import base64
import hashlib
import json
import sqlite3
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from api.gateways.mail import parse_incoming
from models.clock import now
from models.types.mail import Attachment

_SCHEMA = """
create table if not exists deliveries (
    id integer primary key autoincrement,
    received_at text not null,
    message_id text not null,
    receivers text not null,
    subject text not null,
    shown text not null,
    raw blob not null
);
create index if not exists deliveries_message_id on deliveries (message_id);
"""


@dataclass(frozen=True, slots=True)
class Search:
    """Which deliveries are wanted; an empty word means all."""

    to: str = ""
    """Part of a receiver's address."""
    subject: str = ""
    """Part of the subject."""
    after_id: int | None = None
    after: datetime | None = None
    limit: int = 200


class DeliveryStore:
    """Deliveries, newest first. One connection, used by one thread at a time."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("pragma journal_mode=wal; pragma synchronous=full;" + _SCHEMA)

    def keep(self, raw: bytes, sender: str, receivers: list[str]) -> int:
        """The id of the delivery, which is on disk when this returns."""
        shown = _shown(raw, sender, receivers)
        row = (_moment(now()), shown["message_id"], json.dumps(receivers), shown["subject"], json.dumps(shown), raw)
        with self._lock:
            added = self._db.execute(
                "insert into deliveries (received_at, message_id, receivers, subject, shown, raw) values (?, ?, ?, ?, ?, ?)", row
            )
            return int(added.lastrowid or 0)

    def list_deliveries(self, search: Search) -> list[dict[str, Any]]:
        """The deliveries that fit, newest first, as the JSON API gives them."""
        wheres: list[str] = ["1 = 1"]
        words: list[object] = []
        for column, word in (("receivers", search.to), ("subject", search.subject)):
            if word:
                wheres.append(f"instr(lower({column}), lower(?)) > 0")
                words.append(word)
        if search.after_id is not None:
            wheres.append("id > ?")
            words.append(search.after_id)
        if search.after is not None:
            wheres.append("received_at > ?")
            words.append(_moment(search.after))
        return self._rows(f"where {' and '.join(wheres)} order by id desc limit ?", (*words, search.limit))

    def find(self, delivery_id: int) -> dict[str, Any] | None:
        """One delivery, or None."""
        rows = self._rows("where id = ?", (delivery_id,))
        return rows[0] if rows else None

    def find_raw(self, delivery_id: int) -> bytes | None:
        """The bytes as they were delivered, or None."""
        with self._lock:
            row = self._db.execute("select raw from deliveries where id = ?", (delivery_id,)).fetchone()
        return bytes(row["raw"]) if row else None

    def find_attachment(self, delivery_id: int, index: int) -> Attachment | None:
        """An attachment by its place in the mail, from 0, or None."""
        raw = self.find_raw(delivery_id)
        attachments = parse_incoming(raw).attachments if raw is not None else ()
        return attachments[index] if 0 <= index < len(attachments) else None

    def clear(self) -> int:
        """Forgets everything; the number of deliveries forgotten."""
        with self._lock:
            return self._db.execute("delete from deliveries").rowcount

    def close(self) -> None:
        """Lets go of the file."""
        self._db.close()

    def _rows(self, clause: str, words: tuple[object, ...]) -> list[dict[str, Any]]:
        copies = "(select count(*) from deliveries twin where twin.message_id = deliveries.message_id)"
        with self._lock:
            found = self._db.execute(
                f"select id, received_at, shown, {copies} as copies from deliveries {clause}",  # noqa: S608 - our own words
                words,
            ).fetchall()
        own = ("id", "received_at", "copies")
        return [{name: row[name] for name in own} | json.loads(row["shown"]) for row in found]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _shown(raw: bytes, sender: str, receivers: list[str]) -> dict[str, Any]:
    mail = parse_incoming(raw)
    fields = asdict(mail)
    headers = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)
    return {
        # A mail without an id is a fault worth seeing, not one more copy of all the others without one.
        "message_id": mail.message_id or f"<none-{hashlib.sha256(raw).hexdigest()[:16]}>",
        "from": mail.sender_address,
        "from_name": mail.sender_name,
        "envelope": {"from": sender, "to": receivers},
        **{name: fields[name] for name in ("to", "cc", "subject", "text", "html", "in_reply_to")},
        "headers": [[name, str(value)] for name, value in headers.items()],
        "attachments": [
            {
                "filename": attachment.filename,
                "media_type": attachment.media_type,
                "size": len(attachment.content),
                "sha256": hashlib.sha256(attachment.content).hexdigest(),
                "content_base64": base64.b64encode(attachment.content).decode() if len(attachment.content) < 100_000 else None,
            }
            for attachment in mail.attachments
        ],
    }
