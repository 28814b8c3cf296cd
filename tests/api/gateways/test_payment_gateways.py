"""The contract of the one payment interface, held by every provider over real HTTP."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from api.gateways.payments import BadWebhook, GatewayDeclined, GatewayRejected, GatewayUnavailable
from models.types.money import Money
from models.types.payments import (
    Charge,
    ChargeRequest,
    CheckoutRequest,
    CheckoutStatus,
    EventKind,
    PaymentStatus,
    RefundRequest,
    RefundStatus,
)
from tests.api.gateways.benches import Bench
from tests.standins.serving import silent_server

_numbers = count(1)
_SINCE = datetime.now(UTC) - timedelta(minutes=5)  # noqa: TID251 - the providers count real time


def wanted(amount: Money = Money(12_345, "EUR"), **changes) -> CheckoutRequest:  # noqa: B008 - frozen
    number = next(_numbers)
    return replace(
        CheckoutRequest(
            invoice_id=f"inv_{number:06}x",
            amount=amount,
            description=f"Invoice {number} of Studio Nord",
            customer_email="ada@example.com",
            success_url="https://studio.example/paid",
            cancel_url="https://studio.example/pay",
            idempotency_key=f"inv_{number:06}x:attempt:1",
            metadata={"workspace_id": "ws_1"},
        ),
        **changes,
    )


def paid(bench: Bench, request: CheckoutRequest, card: str = "good") -> Charge:
    checkout = bench.gateway.create_checkout(request)
    bench.pay(checkout, card)
    charge = bench.gateway.complete_checkout(checkout.provider_ref)[1]
    assert charge is not None
    return charge


def saved_charge(charge: Charge, key: str, minor: int = 900) -> ChargeRequest:
    assert charge.customer_ref
    assert charge.method_ref
    amount = Money(minor, charge.amount.currency)
    return ChargeRequest(f"inv_{key}", amount, "Retainer, March", charge.customer_ref, charge.method_ref, key, {"period": "3"})


def test_a_paid_checkout_leads_to_its_charge(bench: Bench):
    request = wanted()
    checkout = bench.gateway.create_checkout(request)
    assert checkout.status is CheckoutStatus.OPEN
    assert checkout.url
    assert checkout.url.startswith("http")
    assert bench.gateway.get_checkout(checkout.provider_ref) == (replace(checkout), None)

    bench.pay(checkout)
    closed, charge = bench.gateway.complete_checkout(checkout.provider_ref)

    assert closed.status is CheckoutStatus.COMPLETED
    assert charge is not None
    assert (charge.status, charge.amount) == (PaymentStatus.SUCCEEDED, request.amount)
    assert charge.metadata == {"workspace_id": "ws_1", "invoice_id": request.invoice_id}
    assert charge.fee_minor is not None
    assert 0 < charge.fee_minor < 500
    assert charge.card_label
    assert charge.method_ref is None
    assert bench.gateway.get_charge(charge.provider_ref) == charge
    assert bench.gateway.complete_checkout(checkout.provider_ref) == (closed, charge)
    assert bench.captured(request.invoice_id) == 1


def test_a_declined_card_leaves_the_page_open_for_another(bench: Bench):
    checkout = bench.gateway.create_checkout(request := wanted())
    bench.pay(checkout, "declined")
    try:
        page, charge = bench.gateway.complete_checkout(checkout.provider_ref)
    except GatewayDeclined:
        page, charge = bench.gateway.get_checkout(checkout.provider_ref)
    assert page.status is CheckoutStatus.OPEN
    assert charge is None or charge.status is PaymentStatus.FAILED
    assert bench.captured(request.invoice_id) == 0

    bench.pay(checkout, "good")
    page, charge = bench.gateway.complete_checkout(checkout.provider_ref)
    assert page.status is CheckoutStatus.COMPLETED
    assert charge is not None
    assert charge.status is PaymentStatus.SUCCEEDED
    assert charge.failure_code is None
    assert bench.captured(request.invoice_id) == 1


def test_the_same_key_is_the_same_checkout_and_never_another(bench: Bench):
    request = wanted()
    first = bench.gateway.create_checkout(request)
    assert bench.gateway.create_checkout(request) == first
    with pytest.raises(GatewayRejected):
        bench.gateway.create_checkout(replace(request, amount=Money(99, "EUR")))


def test_a_closed_page_takes_no_money(bench: Bench):
    checkout = bench.gateway.create_checkout(request := wanted())
    for _ in range(2):
        closed = bench.gateway.expire_checkout(checkout.provider_ref)
        assert (closed.status, closed.url) == (CheckoutStatus.EXPIRED, None)
    with suppress(AssertionError):  # the payer finds it closed, or pays nothing by agreeing
        bench.pay(checkout)
    page, charge = bench.gateway.complete_checkout(checkout.provider_ref)
    assert (page.status, charge) == (CheckoutStatus.EXPIRED, None)
    assert bench.captured(request.invoice_id) == 0


def test_closing_a_paid_page_says_that_it_was_paid(bench: Bench):
    checkout = bench.gateway.create_checkout(wanted())
    bench.pay(checkout)
    bench.gateway.complete_checkout(checkout.provider_ref)
    assert bench.gateway.expire_checkout(checkout.provider_ref).status is CheckoutStatus.COMPLETED


def test_a_saved_method_is_charged_once_per_key(bench: Bench):
    first = paid(bench, wanted(save_card=True))
    request = saved_charge(first, f"retainer:{first.provider_ref[-8:]}")
    charge = bench.gateway.charge_saved_card(request)
    assert (charge.status, charge.amount) == (PaymentStatus.SUCCEEDED, request.amount)
    assert charge.metadata == {"period": "3", "invoice_id": request.invoice_id}
    assert bench.gateway.charge_saved_card(request).provider_ref == charge.provider_ref
    assert bench.captured(request.invoice_id) == 1


def test_a_saved_method_that_fails_later_declines(bench: Bench):
    first = paid(bench, wanted(save_card=True), "fails_later")
    request = saved_charge(first, f"late:{first.provider_ref[-8:]}")
    with pytest.raises(GatewayDeclined) as caught:
        bench.gateway.charge_saved_card(request)
    assert caught.value.code
    assert bench.captured(request.invoice_id) == 0


def test_refunds_in_parts_never_exceed_what_was_paid(bench: Bench):
    charge = paid(bench, wanted(Money(1_000, "EUR")))

    def part(number: int, minor: int) -> RefundRequest:
        return RefundRequest(charge.provider_ref, Money(minor, "EUR"), f"{charge.provider_ref[-8:]}:refund:{number}", "Sorry")

    refunds = [bench.gateway.refund(part(number, minor)) for number, minor in ((1, 300), (2, 300), (3, 300))]
    assert len({refund.provider_ref for refund in refunds}) == 3
    assert all(refund.status in (RefundStatus.SUCCEEDED, RefundStatus.PENDING) for refund in refunds)
    assert bench.gateway.refund(part(3, 300)).provider_ref == refunds[2].provider_ref
    with pytest.raises(GatewayRejected):
        bench.gateway.refund(part(4, 101))
    assert bench.gateway.get_charge(charge.provider_ref).refunded_minor == 900
    bench.gateway.refund(part(5, 100))
    assert bench.gateway.get_charge(charge.provider_ref).refunded_minor == 1_000


def test_a_webhook_tells_who_paid_what(bench: Bench):
    charge = paid(bench, request := wanted())
    event = bench.gateway.parse_webhook(*bench.message("paid", charge.provider_ref))
    assert (event.provider, event.account) == (bench.gateway.provider, bench.gateway.account)
    assert (event.kind, event.object_ref) == (EventKind.PAYMENT_SUCCEEDED, charge.provider_ref)
    assert event.metadata["invoice_id"] == request.invoice_id
    assert event.charge is not None
    assert (event.charge.status, event.charge.amount) == (PaymentStatus.SUCCEEDED, request.amount)
    assert event.event_id
    assert event.occurred_at.tzinfo is not None


def test_a_webhook_tells_of_a_refund(bench: Bench):
    charge = paid(bench, wanted())
    refund = bench.gateway.refund(RefundRequest(charge.provider_ref, Money(45, "EUR"), f"{charge.provider_ref[-8:]}:back"))
    event = bench.gateway.parse_webhook(*bench.message("refunded", refund.provider_ref))
    assert (event.kind, event.object_ref) == (EventKind.PAYMENT_REFUNDED, charge.provider_ref)
    assert event.refund is not None
    assert (event.refund.provider_ref, event.refund.amount) == (refund.provider_ref, Money(45, "EUR"))


def test_an_altered_webhook_is_refused(bench: Bench):
    body, headers = bench.message("paid", paid(bench, wanted()).provider_ref)
    altered = [
        body.replace(b"12345", b"12344").replace(b"123.45", b"123.44"),
        body + b" ",
        json.dumps(json.loads(body)).encode() + b"\n",
    ]
    for forgery in altered:
        assert forgery != body
        with pytest.raises(BadWebhook) as caught:
            bench.gateway.parse_webhook(forgery, headers)
        assert caught.value.code == "signature"


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "ü", "t=x", "AAAA", "t=1763800000,v1=é"])
def test_a_webhook_with_a_wrong_signature_is_refused(bench: Bench, signature: str):
    body, headers = bench.message("paid", paid(bench, wanted()).provider_ref)
    forged = {name: signature if "sig" in name.lower() else value for name, value in headers.items()}
    with pytest.raises(BadWebhook) as caught:
        bench.gateway.parse_webhook(body, forged)
    assert caught.value.code == "signature"
    with pytest.raises(BadWebhook):
        bench.gateway.parse_webhook(b"\xff\xfe", {})


def test_an_old_webhook_is_refused(bench: Bench):
    body, _ = bench.message("paid", paid(bench, wanted()).provider_ref)
    bench.gateway.parse_webhook(*bench.sign(body))
    with pytest.raises(BadWebhook) as caught:
        bench.gateway.parse_webhook(*bench.sign(body, age=timedelta(days=5)))
    assert caught.value.code == "stale"


def test_a_genuine_webhook_of_unknown_shape_is_told_apart(bench: Bench):
    body, _ = bench.message("paid", paid(bench, wanted()).provider_ref)
    shapeless = body.replace(b'"amount"', b'"sum"').replace(b'"amount_money"', b'"sum_money"')
    with pytest.raises(BadWebhook) as caught:
        bench.gateway.parse_webhook(*bench.sign(shapeless))
    assert caught.value.code == "unreadable"


def test_yen_have_no_decimals(bench: Bench):
    charge = paid(bench, wanted(Money(5_000, "JPY")))
    assert charge.amount == Money(5_000, "JPY")
    event = bench.gateway.parse_webhook(*bench.message("paid", charge.provider_ref))
    assert event.charge is not None
    assert event.charge.amount == Money(5_000, "JPY")


def test_dinars_have_three_decimals_or_are_refused(bench: Bench):
    request = wanted(Money(12_340, "KWD"))
    if not bench.takes_kwd:
        with pytest.raises(GatewayRejected) as caught:
            bench.gateway.create_checkout(request)
        assert caught.value.code == "currency"
        return
    assert paid(bench, request).amount == Money(12_340, "KWD")
    with pytest.raises(GatewayRejected) as caught:
        bench.gateway.create_checkout(wanted(Money(12_345, "KWD")))
    assert caught.value.code == "amount"


@pytest.mark.parametrize("minor", [0, -1])
def test_nothing_is_not_an_amount(bench: Bench, minor: int):
    with pytest.raises(GatewayRejected):
        bench.gateway.create_checkout(wanted(Money(minor, "EUR")))


def test_a_lost_reply_is_unknown_and_the_same_key_finds_the_one_charge(bench: Bench):
    first = paid(bench, wanted(save_card=True))
    request = saved_charge(first, f"lost:{first.provider_ref[-8:]}")
    bench.fault(lose_replies=2)  # Square needs two writes
    for _ in range(2):
        with pytest.raises(GatewayUnavailable):
            bench.gateway.charge_saved_card(request)
    charge = bench.gateway.charge_saved_card(request)
    assert charge.status is PaymentStatus.SUCCEEDED
    assert bench.captured(request.invoice_id) == 1
    found = bench.gateway.find_charges(request.invoice_id, since=_SINCE)
    assert [one.provider_ref for one in found] == [charge.provider_ref]


def test_a_failing_provider_is_unavailable(bench: Bench):
    bench.fault(fail_next=1)
    with pytest.raises(GatewayUnavailable):
        bench.gateway.create_checkout(request := wanted())
    assert bench.gateway.create_checkout(request).status is CheckoutStatus.OPEN


def test_a_silent_or_absent_provider_is_unavailable(bench: Bench):
    with silent_server() as url:
        gateway = bench.gateway_at(url, 0.2)
        with pytest.raises(GatewayUnavailable):
            gateway.create_checkout(wanted())
        gateway.close()
    gateway = bench.gateway_at(url, 0.2)  # nobody listens there any more
    with pytest.raises(GatewayUnavailable):
        gateway.get_charge("x")
    gateway.close()


def test_the_charges_of_an_invoice_are_found_and_no_others(bench: Bench):
    charge = paid(bench, request := wanted())
    paid(bench, wanted(invoice_id=request.invoice_id + "0"))
    assert [found.provider_ref for found in bench.gateway.find_charges(request.invoice_id, since=_SINCE)] == [charge.provider_ref]
    assert bench.gateway.find_charges("inv_none", since=_SINCE) == []


def test_what_does_not_exist_is_our_mistake(bench: Bench):
    for question in (bench.gateway.get_charge, bench.gateway.get_checkout, bench.gateway.expire_checkout):
        with pytest.raises(GatewayRejected):
            question("unknown:unknown")
