"""All of the provider's state in one SQLite file. An answer leaves only after its transaction is on disk."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.sandbox.provider.errors import missing
from api.sandbox.provider.form import Json
from models import clock
from models.ids import new_id

Object = dict[str, Json]
"""An object of the provider, in Stripe's shape. Fields that begin with an underscore never leave."""

API_VERSION = "2026-10-28.endive"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, data TEXT);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_invoice ON objects (kind, json_extract(data, '$.metadata.invoice_id'));
CREATE INDEX IF NOT EXISTS objects_status ON objects (kind, json_extract(data, '$.status'));
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, request TEXT, status INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY, event_id TEXT, state TEXT, attempts INTEGER DEFAULT 0, next_at REAL, log TEXT DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, next_at);
CREATE TABLE IF NOT EXISTS faults (name TEXT PRIMARY KEY, value TEXT);
"""


class Store:
    """The file, one writer at a time. woken: set after a commit that left webhooks to send."""

    def __init__(self, path: str | Path, *, public_url: str) -> None:
        self.public_url = public_url
        self.woken = threading.Event()
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        # WAL with NORMAL survives the death of the process, which is all a stand-in has to survive.
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;")
        self._connection.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator["Book"]:
        """All or nothing: the objects, the answer kept for the key, and the webhooks that tell of it."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                book = Book(self._connection, self.public_url)
                yield book
                book.queue_events()
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        if book.events:
            self.woken.set()

    def close(self) -> None:
        self._connection.close()


class Book:
    """The open transaction, handed to every operation."""

    def __init__(self, connection: sqlite3.Connection, public_url: str) -> None:
        self.public_url = public_url
        self.execute = connection.execute
        self.events: list[Object] = []

    def add(self, prefix: str, kind: str, **fields: Json) -> Object:
        """A new object, stamped and stored."""
        fields = {"id": new_id(prefix), "object": kind, "created": timestamp(), "livemode": False, **fields}
        self.execute("INSERT INTO objects (id, kind, data) VALUES (?, ?, ?)", (fields["id"], kind, json.dumps(fields)))
        return fields

    def save(self, thing: Object) -> Object:
        self.execute("UPDATE objects SET data = ? WHERE id = ?", (json.dumps(thing), thing["id"]))
        return thing

    def find(self, object_id: str) -> Object | None:
        row = self.execute("SELECT data FROM objects WHERE id = ?", (object_id,)).fetchone()
        return json.loads(row["data"]) if row else None

    def get(self, kind: str, object_id: str) -> Object:
        """The object, or a 404 when there is none of that kind."""
        thing = self.find(object_id)
        if thing is None or thing["object"] != kind:
            raise missing(kind, object_id)
        return thing

    def find_all(self, kind: str, **fields: Json) -> list[Object]:
        """Objects whose fields have these values, newest first. A dot in a name (as `metadata.x`) goes deeper."""
        where = "".join(f" AND json_extract(data, '$.{name}') = ?" for name in fields)
        sql = f"SELECT data FROM objects WHERE kind = ?{where} ORDER BY seq DESC"  # noqa: S608 - names are our own
        return [json.loads(row["data"]) for row in self.execute(sql, (kind, *fields.values()))]

    def emit(self, name: str, thing: Object) -> None:
        """Tell the webhook endpoint, as things stand now. Sent after the commit."""
        data = {"object": public(thing)}
        self.events.append(self.add("evt", "event", type=name, api_version=API_VERSION, data=data, pending_webhooks=1))

    def fault(self, name: str) -> Json:
        """The present value of a fault; None when it is not switched on."""
        row = self.execute("SELECT value FROM faults WHERE name = ?", (name,)).fetchone()
        return json.loads(row["value"]) if row else None

    def set_fault(self, name: str, value: Json) -> None:
        if value:
            self.execute("INSERT OR REPLACE INTO faults (name, value) VALUES (?, ?)", (name, json.dumps(value)))
        else:
            self.execute("DELETE FROM faults WHERE name = ?", (name,))

    def queue_events(self) -> None:
        """Write the deliveries of this transaction's events, bent by the faults that are switched on."""
        events = reversed(self.events) if self.fault("reverse_webhooks") else self.events
        state = "dropped" if self.fault("drop_webhooks") else "pending"
        copies = 1 + (self.fault("duplicate_webhooks") or 0)
        now = clock.now().timestamp()
        for event in events:
            rows = [(event["id"], state, now)] * copies
            for row in rows:
                self.execute("INSERT INTO deliveries (event_id, state, next_at) VALUES (?, ?, ?)", row)


def timestamp() -> int:
    """Now, in whole seconds: how Stripe writes time."""
    return int(clock.now().timestamp())


def public(thing: Json) -> Json:
    """A copy without the fields that never leave."""
    if isinstance(thing, dict):
        return {name: public(value) for name, value in thing.items() if not name.startswith("_")}
    return [public(item) for item in thing] if isinstance(thing, list) else thing
