"""Which workflows hear of an event."""

import pytest

from models.rules.events import targets
from models.types.events import CATALOGUE, Happened


def happened(event_type: str, **payload: str) -> Happened:
    return Happened("evt_1", event_type, CATALOGUE[event_type].subject, "x_1", "ws_1", engagement_id="eng_1", payload={**payload})


@pytest.mark.parametrize("name", ["payment.started", "payment.succeeded", "payment.failed", "payment.refunded"])
def test_money_wakes_its_invoice_even_when_that_had_ended(name: str):
    assert targets(happened(name, invoice_id="inv_1")) == [("invoice/inv_1", "start")]


def test_an_issued_invoice_is_started_by_its_engagement():
    assert targets(happened("invoice.issued", kind="standard")) == [("engagement/eng_1", "start"), ("invoice/x_1", "signal")]


def test_what_concerns_no_workflow_wakes_none():
    assert targets(happened("receipt.issued", invoice_id="inv_1", payment_id="pay_1")) == []
