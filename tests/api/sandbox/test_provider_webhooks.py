"""Webhooks: signed, sent until they are taken, and bent on demand."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import stripe

from models import clock
from tests.api.sandbox.conftest import SECRET, Sandbox


def eventually(found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 5
    while not (result := found()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return result


def paid(sandbox: Sandbox, invoice_id: str) -> str:
    assert sandbox.pay(sandbox.checkout(invoice_id)).status_code == 303
    return str(sandbox.charges(invoice_id)[0]["payment_intent"])


def received(sandbox: Sandbox, intent: str) -> list[str]:
    """The kinds of the messages about an intent, as they arrived."""
    return [json.loads(body)["type"] for body, _ in sandbox.inbox.messages if intent.encode() in body]


def test_messages_are_signed_and_tell_the_story_in_order(sandbox: Sandbox):
    intent = paid(sandbox, "inv_story")
    eventually(lambda: len(received(sandbox, intent)) == 4)
    story = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
    assert received(sandbox, intent) == story
    for body, signature in sandbox.inbox.messages:
        event = stripe.Webhook.construct_event(body, signature, SECRET)
        assert event.api_version == "2026-10-28.endive"
        assert b'"_' not in body


def test_a_refused_message_comes_again_and_every_attempt_is_logged(sandbox: Sandbox):
    sandbox.inbox.refuse_next = 2
    intent = paid(sandbox, "inv_refused")
    eventually(lambda: len(received(sandbox, intent)) == 4)
    rows = eventually(lambda: [row for row in sandbox.webhooks() if row["attempts"] == 2 and row["state"] == "delivered"])
    assert [[attempt["outcome"] for attempt in row["log"]] for row in rows] == [[503, 200], [503, 200]]


def test_dropped_messages_are_never_sent_but_known(sandbox: Sandbox):
    sandbox.faults(drop_webhooks=True)
    intent = paid(sandbox, "inv_dropped")
    sandbox.faults(drop_webhooks=False)
    marker = paid(sandbox, "inv_after")
    eventually(lambda: len(received(sandbox, marker)) == 4)
    assert received(sandbox, intent) == []
    assert [row["type"] for row in sandbox.webhooks() if row["object"] == intent and row["state"] == "dropped"]


def test_messages_can_come_several_times_and_last_first(sandbox: Sandbox):
    sandbox.faults(duplicate_webhooks=2, reverse_webhooks=True)
    intent = paid(sandbox, "inv_bent")
    eventually(lambda: len(received(sandbox, intent)) == 12)
    story = ["checkout.session.completed", "payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]
    assert received(sandbox, intent) == [kind for kind in story for _ in range(3)]


def test_a_page_whose_time_is_over_closes_by_itself(sandbox: Sandbox):
    session = sandbox.checkout("inv_over", expires_at=int(clock.now().timestamp()) + 1_800)["id"]
    clock.move(timedelta(minutes=31))
    try:
        eventually(lambda: [row for row in sandbox.webhooks() if row["object"] == session and row["state"] == "delivered"])
    finally:
        clock.reset()
    assert received(sandbox, session) == ["checkout.session.expired"]
    assert sandbox.api("GET", f"checkout/sessions/{session}").json()["status"] == "expired"
