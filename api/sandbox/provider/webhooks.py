"""Signed webhooks: sent after the commit, again until they are taken, every attempt written down."""

import hashlib
import hmac
import json
import sqlite3
import threading
from typing import Any

import httpx

from api.sandbox.provider.sessions import expire_overdue
from api.sandbox.provider.store import Book, Store, public, timestamp
from models import clock

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 5.0
"""Seconds. Shorter than Stripe's hours, so that a demonstration recovers while one watches."""
_GIVE_UP_AFTER = 3 * 86_400
_PATIENCE = 10.0


def signature_header(body: bytes, secret: str, at: int) -> str:
    """The value of `Stripe-Signature`: `t=…,v1=…`, over the time and the raw body."""
    digest = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Sender(threading.Thread):
    """Sends what is due, and closes the pages whose time is over. One at a time, in the order they were queued."""

    def __init__(self, store: Store, *, url: str | None, secret: str) -> None:
        super().__init__(name="webhooks", daemon=True)
        self._store = store
        self._url = url
        self._secret = secret
        self._stopped = threading.Event()

    def run(self) -> None:
        with httpx.Client(timeout=_PATIENCE, trust_env=False) as client:
            while not self._stopped.is_set():
                self._store.woken.clear()
                with self._store.transaction() as book:
                    expire_overdue(book)
                    due = _due(book) if self._url else []
                for delivery in due:
                    self._send(client, delivery)
                self._store.woken.wait(0.02 if due else _FIRST_PAUSE)

    def stop(self) -> None:
        """End after the message in hand."""
        self._stopped.set()
        self._store.woken.set()
        self.join(_PATIENCE + 1)

    def _send(self, client: httpx.Client, delivery: sqlite3.Row) -> None:
        if self._stopped.is_set() or not self._url:
            return
        body = json.dumps(public(json.loads(delivery["data"]))).encode()
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature_header(body, self._secret, timestamp())}
        try:
            outcome: int | str = client.post(self._url, content=body, headers=headers).status_code
        except httpx.HTTPError as error:
            outcome = type(error).__name__
        with self._store.transaction() as book:
            _record(book, delivery, outcome)


def _due(book: Book) -> list[sqlite3.Row]:
    sql = """SELECT deliveries.*, objects.data FROM deliveries JOIN objects ON objects.id = event_id
             WHERE state = 'pending' AND next_at <= ? ORDER BY deliveries.seq LIMIT 100"""
    return list(book.execute(sql, (clock.now().timestamp(),)))


def _record(book: Book, delivery: sqlite3.Row, outcome: int | str) -> None:
    now = clock.now().timestamp()
    attempts = delivery["attempts"] + 1
    log = [*json.loads(delivery["log"]), {"at": now, "outcome": outcome}][-20:]
    taken = isinstance(outcome, int) and 200 <= outcome < 300
    born = json.loads(delivery["data"])["created"]
    state = "delivered" if taken else "failed" if now > born + _GIVE_UP_AFTER else "pending"
    pause = min(_FIRST_PAUSE * 2 ** min(attempts - 1, 10), _LONGEST_PAUSE)
    sql = "UPDATE deliveries SET state = ?, attempts = ?, next_at = ?, log = ? WHERE seq = ?"
    book.execute(sql, (state, attempts, now + pause, json.dumps(log), delivery["seq"]))


def deliveries(book: Book) -> list[dict[str, Any]]:
    """Every delivery, oldest first, with its event and each attempt."""
    sql = "SELECT deliveries.*, objects.data FROM deliveries JOIN objects ON objects.id = event_id ORDER BY deliveries.seq"
    found = []
    for row in book.execute(sql):
        event = json.loads(row["data"])
        about = {"event_id": event["id"], "type": event["type"], "object": event["data"]["object"]["id"]}
        found.append({**about, "state": row["state"], "attempts": row["attempts"], "log": json.loads(row["log"])})
    return found
