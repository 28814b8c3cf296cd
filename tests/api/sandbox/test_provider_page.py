"""The hosted payment page, as a person without JavaScript meets it."""

import pytest

from tests.api.sandbox.conftest import Sandbox


def test_the_page_says_what_is_paid_and_that_it_is_a_test(sandbox: Sandbox):
    page = sandbox.pay(session := sandbox.checkout("inv_page"), "4000 0000 0000 0002")
    assert page.status_code == 402
    for text in ("EUR 123.45", "Test mode", "Invoice &lt;2026-017&gt; of Studio Nord", "Your card was declined."):
        assert text in page.text
    assert "<script" not in page.text
    assert 'value="Ada"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    paid = sandbox.pay(session)
    assert (paid.status_code, paid.headers["location"]) == (303, f"http://127.0.0.1:9/paid?session={session['id']}")


@pytest.mark.parametrize(
    ("card", "expiry", "code"),
    [
        ("4000000000000002", "12/34", "generic_decline"),
        ("4000000000009995", "12/2034", "insufficient_funds"),
        ("4000000000000069", "1/34", "expired_card"),
    ],
)
def test_declined_cards_are_written_down_and_another_one_pays(sandbox: Sandbox, card: str, expiry: str, code: str):
    invoice = f"inv_{card[-4:]}"
    session = sandbox.checkout(invoice)
    assert sandbox.pay(session, card, expiry=expiry).status_code == 402
    intent = sandbox.api("GET", "payment_intents/search", query=f"metadata['invoice_id']:'{invoice}'").json()["data"][0]
    assert intent["last_payment_error"]["decline_code"] == code
    assert sandbox.pay(session).status_code == 303
    assert [charge["status"] for charge in sandbox.charges(invoice)] == ["failed", "succeeded"]
    assert {charge["payment_intent"] for charge in sandbox.charges(invoice)} == {intent["id"]}


@pytest.mark.parametrize(
    ("card", "expiry"), [("4242424242424241", "12/34"), ("4242", "12/34"), ("", ""), ("4242424242424242", "12/19"), ("ü", "x/y")]
)
def test_what_is_no_card_is_no_attempt(sandbox: Sandbox, card: str, expiry: str):
    session = sandbox.checkout(f"inv_none_{card}_{expiry}")
    assert sandbox.pay(session, card, expiry=expiry).status_code == 402
    assert sandbox.charges(f"inv_none_{card}_{expiry}") == []


def test_a_form_sent_twice_pays_once(sandbox: Sandbox):
    session = sandbox.checkout("inv_twice")
    assert sandbox.pay(session).status_code == 303
    again = sandbox.pay(session)
    assert (again.status_code, "Paid, thank you" in again.text) == (200, True)
    assert len(sandbox.charges("inv_twice")) == 1


def test_a_closed_page_cannot_be_paid(sandbox: Sandbox):
    session = sandbox.checkout("inv_closed")
    assert sandbox.api("POST", f"checkout/sessions/{session['id']}/expire").json()["status"] == "expired"
    answer = sandbox.pay(session)
    assert (answer.status_code, "This page has expired" in answer.text) == (410, True)
    assert sandbox.charges("inv_closed") == []
    assert sandbox.api("POST", f"checkout/sessions/{session['id']}/expire").status_code == 400


def test_a_page_that_never_was_is_a_polite_404(sandbox: Sandbox):
    answer = sandbox.pay({"url": f"{sandbox.url}/pay/cs_test_none"})
    assert (answer.status_code, "no such payment" in answer.text) == (404, True)
