"""A client pays at the provider's real page: good cards, bad cards, double clicks, lost replies."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlmodel import select

from models.queries.ledger import list_ledger_differences
from models.tables.events import Event
from models.tables.payments import Payment, SavedMethod, WebhookEvent
from tests.builders.invoices import fixed_line
from tests.standins.shop import DECLINED, Shop


def checkout(shop: Shop, link: str, **form: str) -> str:
    with shop.browser() as browser:
        answer = browser.post(f"{link}/payment", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def webhook_statuses(shop: Shop) -> list[str]:
    with shop.database.read(shop.studio.scope) as session:
        return list(session.exec(select(WebhookEvent.status)))


def test_a_good_card_pays_and_the_page_says_so_at_once(shop: Shop):
    invoice_id, link = shop.invoice()
    with shop.browser() as browser:
        page = browser.get(link)
        assert "€1,190.00" in page.text
        assert "Pay €1,190.00" in page.text
        back = shop.pay(checkout(shop, link)).json()["redirect"]
        returned = browser.get(back, follow_redirects=True)
    assert "Paid, thank you" in returned.text
    assert "Visa •••• 4242" in returned.text

    invoice = shop.shown(invoice_id)
    assert (invoice["status"], invoice["paid_minor"], invoice["due_minor"]) == ("paid", 119000, 0)
    assert [charge["amount"] for charge in shop.charges(invoice_id)] == [119000]


def test_the_webhook_alone_is_enough(shop: Shop):
    invoice_id, link = shop.invoice()
    shop.pay(checkout(shop, link))
    shop.wait_for(invoice_id, "paid")
    shop.wait_until(lambda: "stored" not in webhook_statuses(shop))  # the provider sends more than the one that paid
    with shop.database.read(shop.studio.scope) as session:
        told = session.exec(select(Event.type).where(Event.type.in_(("payment.succeeded", "invoice.paid")))).all()  # type: ignore[attr-defined]
        assert sorted(told) == ["invoice.paid", "payment.succeeded"]


def test_a_declined_card_is_said_plainly_and_another_one_works(shop: Shop):
    invoice_id, link = shop.invoice()
    url = checkout(shop, link)
    assert shop.pay(url, DECLINED).status_code == 402
    payment_id = ""
    with shop.program as program:
        payment_id = program.get(f"/invoices/{invoice_id}/payments").json()[0]["id"]
    with shop.browser() as browser:
        page = browser.get(f"{link}/return", params={"payment": payment_id}, follow_redirects=True)
        assert "Nothing was charged" in page.text
        assert "The bank declined the card." in page.text
    assert shop.shown(invoice_id)["status"] == "open"

    again = checkout(shop, link)
    assert again == url
    shop.pay(again)
    assert shop.wait_for(invoice_id, "paid")["paid_minor"] == 119000
    assert len(shop.charges(invoice_id)) == 1


def test_many_clicks_lead_to_one_page_and_one_charge(shop: Shop):
    invoice_id, link = shop.invoice()
    with ThreadPoolExecutor(8) as pool:
        urls = set(pool.map(lambda _: checkout(shop, link), range(8)))
    assert len(urls) == 1
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: shop.pay(urls.copy().pop()), range(4)))
    shop.wait_for(invoice_id, "paid")
    assert len(shop.charges(invoice_id)) == 1
    with shop.browser() as browser:
        assert browser.post(f"{link}/payment").status_code == 409


def test_a_lost_reply_is_asked_for_again_with_the_same_key(shop: Shop):
    invoice_id, link = shop.invoice()
    shop.provider.lose_replies = 1
    with shop.browser() as browser:
        answer = browser.post(f"{link}/payment")
    assert answer.headers["location"] == link
    with shop.database.read(shop.studio.scope) as session:
        assert [payment.status for payment in session.exec(select(Payment))] == ["unknown"]

    shop.pay(checkout(shop, link))
    shop.wait_for(invoice_id, "paid")
    with shop.database.read(shop.studio.scope) as session:
        assert [payment.attempt for payment in session.exec(select(Payment))] == [1]
    assert len(shop.charges(invoice_id)) == 1


def test_money_by_bank_closes_the_open_page(shop: Shop):
    invoice_id, link = shop.invoice()
    url = checkout(shop, link)
    with shop.program as program:
        assert program.post(f"/invoices/{invoice_id}/payments", json={"amount_minor": 100000}).status_code == 201
        shown = shop.shown(invoice_id)
        assert (shown["standing"], shown["due_minor"]) == ("partly_paid", 19000)
    assert shop.pay(url).status_code == 400
    shop.pay(checkout(shop, link))
    shop.wait_for(invoice_id, "paid")
    assert [charge["amount"] for charge in shop.charges(invoice_id)] == [19000]


def test_voiding_closes_the_page_first_and_loses_against_a_faster_client(shop: Shop):
    invoice_id, link = shop.invoice()
    url = checkout(shop, link)
    with shop.program as program:
        assert program.post(f"/invoices/{invoice_id}/void", json={}).json()["status"] == "void"
        assert shop.pay(url).status_code == 400

        paid_id, paid_link = shop.invoice()
        shop.pay(checkout(shop, paid_link))
        assert program.post(f"/invoices/{paid_id}/void", json={}).status_code == 409
    assert shop.shown(paid_id)["status"] == "paid"
    with shop.browser() as browser:
        assert "no longer valid" in browser.get(link).text


def test_a_card_is_kept_when_the_payer_agrees(shop: Shop):
    invoice_id, link = shop.invoice()
    shop.pay(checkout(shop, link, saves_card="on"))
    shop.wait_for(invoice_id, "paid")
    with shop.database.read(shop.studio.scope) as session:
        method = session.exec(select(SavedMethod)).one()
    assert (method.contact_id, method.provider) == (shop.studio.contact_id, "stripe")


def test_changing_ones_mind_about_the_card_opens_another_page(shop: Shop):
    invoice_id, link = shop.invoice()
    first = checkout(shop, link)
    second = checkout(shop, link, saves_card="on")
    assert first != second
    assert shop.pay(first).status_code == 400
    shop.pay(second)
    shop.wait_for(invoice_id, "paid")


def test_a_refund_asked_for_eight_times_at_once_goes_back_once(shop: Shop):
    invoice_id, link = shop.invoice()
    shop.pay(checkout(shop, link))
    shop.wait_for(invoice_id, "paid")
    with shop.program as program:
        payment_id = program.get(f"/invoices/{invoice_id}/payments").json()[0]["id"]

    def give_back(_: int) -> httpx.Response:
        with shop.program as program:
            path, key = f"/payments/{payment_id}/refunds", {"Idempotency-Key": "back"}
            return program.post(path, json={"amount_minor": 1190}, headers=key)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(give_back, range(8)))
    first = give_back(0)

    assert first.status_code == 201
    assert {answer.status_code for answer in answers} <= {201, 425}
    assert all(answer.json() == first.json() for answer in answers if answer.is_success)
    assert [charge["amount_refunded"] for charge in shop.charges(invoice_id)] == [1190]


def test_a_refund_goes_back_once_and_credits_the_invoice(shop: Shop):
    invoice_id, link = shop.invoice(fixed_line(10000))
    shop.pay(checkout(shop, link))
    shop.wait_for(invoice_id, "paid")
    with shop.program as program:
        payment = program.get(f"/invoices/{invoice_id}/payments").json()[0]
        body = {"amount_minor": 1190, "credits_invoice": True, "reason": "Less work"}
        shop.provider.lose_replies = 1
        assert program.post(f"/payments/{payment['id']}/refunds", json=body).status_code == 503
        assert program.post(f"/payments/{payment['id']}/refunds", json=body).status_code == 201
        refunds = program.get(f"/payments/{payment['id']}/refunds").json()
        assert program.post(f"/payments/{payment['id']}/refunds", json={"amount_minor": 11900}).status_code == 409

    assert [refund["status"] for refund in refunds] == ["succeeded"]
    invoice = shop.shown(invoice_id)
    assert (invoice["status"], invoice["credited_minor"]) == ("paid", 1190)
    found = httpx.get(f"{shop.provider_url}/sandbox/charges", params={"invoice_id": invoice_id}).json()
    assert [charge["amount_refunded"] for charge in found] == [1190]
    with shop.database.read(shop.studio.scope) as session:
        assert list_ledger_differences(session) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 400), ({"Stripe-Signature": "t=1,v1=00"}, 400), ({"Stripe-Signature": "t=1,v1=é".encode("latin-1")}, 400)],
    ids=["unsigned", "wrong", "odd"],
)
def test_forged_messages_change_nothing(shop: Shop, headers: dict[str, str], status: int):
    body = b'{"id":"evt_1","type":"payment_intent.succeeded","livemode":false,"data":{"object":{}}}'
    assert httpx.post(f"{shop.url}/webhooks/stripe", content=body, headers=headers).status_code == status
    with shop.database.read(shop.studio.scope) as session:
        assert session.exec(select(WebhookEvent.id)).all() == []


def test_links_of_others_open_nothing(shop: Shop):
    with shop.browser() as browser:
        assert browser.get("/i/not-a-token").status_code == 404
        assert browser.post("/i/not-a-token/payment").status_code == 404
        _, link = shop.invoice()
        assert browser.get(f"{link}/return", params={"payment": "pay_other"}).status_code == 404
