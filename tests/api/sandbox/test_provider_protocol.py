"""The provider's API, where the gateway's contract does not look."""

import httpx
import pytest

from tests.api.sandbox.conftest import Sandbox


def test_a_key_plays_the_first_answer_again_even_a_refusal(sandbox: Sandbox):
    form = {"amount": 500, "currency": "eur", "payment_method": "pm_card_visa_chargeDeclined", "confirm": "true"}
    first = sandbox.api("POST", "payment_intents", "key-declined", **form)
    again = sandbox.api("POST", "payment_intents", "key-declined", **form)
    assert (first.status_code, again.status_code) == (402, 402)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


def test_a_key_with_another_body_or_path_is_refused(sandbox: Sandbox):
    sandbox.api("POST", "customers", "key-customer", email="ada@example.com")
    for path, form in (("customers", {"email": "eve@example.com"}), ("payment_intents", {"email": "ada@example.com"})):
        answer = sandbox.api("POST", path, "key-customer", **form)
        assert (answer.status_code, answer.json()["error"]["type"]) == (400, "idempotency_error")


def test_a_wrong_request_is_not_remembered(sandbox: Sandbox):
    assert sandbox.api("POST", "payment_intents", "key-mended", amount=0, currency="eur").status_code == 400
    assert sandbox.api("POST", "payment_intents", "key-mended", amount=10, currency="eur").status_code == 200


def test_only_test_keys_are_taken(sandbox: Sandbox):
    for headers in ({}, {"Authorization": "Bearer sk_live_1"}, {"Authorization": "Basic sk_test_1"}):
        assert httpx.get(f"{sandbox.url}/v1/customers", headers=headers).status_code == 401


def test_other_host_names_and_forms_of_other_sites_do_not_get_in(sandbox: Sandbox):
    assert httpx.get(f"{sandbox.url}/sandbox/charges", headers={"Host": "evil.example"}).status_code == 400
    answer = httpx.post(f"{sandbox.url}/sandbox/faults", content='{"fail_next": 9}', headers={"Content-Type": "text/plain"})
    assert answer.status_code == 422


def test_a_saved_card_that_was_good_once_can_fail_later(sandbox: Sandbox):
    form = {"customer_creation": "always", "payment_intent_data[setup_future_usage]": "off_session"}
    session = sandbox.checkout("inv_saved", **form)
    assert sandbox.pay(session, "4000000000000341").status_code == 303
    session = sandbox.api("GET", f"checkout/sessions/{session['id']}", **{"expand[0]": "payment_intent.payment_method"}).json()
    method = session["payment_intent"]["payment_method"]
    assert (method["customer"], method["card"]["last4"]) == (session["customer"], "0341")
    assert not any(name.startswith("_") for name in method)
    later = {"amount": 900, "currency": "eur", "customer": session["customer"], "payment_method": method["id"]}
    answer = sandbox.api("POST", "payment_intents", confirm="true", off_session="true", **later)
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, "card_declined")
    assert answer.json()["error"]["payment_intent"]["status"] == "requires_payment_method"


def test_a_method_of_another_customer_is_not_charged(sandbox: Sandbox):
    ada, eve = (sandbox.api("POST", "customers", email=f"{name}@example.com").json()["id"] for name in ("ada", "eve"))
    method = sandbox.api("POST", "payment_methods/pm_card_visa/attach", customer=ada).json()["id"]
    form = {"amount": 5, "currency": "eur", "payment_method": method, "confirm": "true", "off_session": "true"}
    assert sandbox.api("POST", "payment_intents", customer=eve, **form).status_code == 400
    assert sandbox.api("POST", f"payment_methods/{method}/attach", customer=eve).status_code == 400
    assert sandbox.api("POST", "payment_intents", customer=ada, **form).json()["status"] == "succeeded"


def test_lists_come_in_pages_newest_first(sandbox: Sandbox):
    customer = sandbox.api("POST", "customers", email="pages@example.com").json()["id"]
    form = {"currency": "eur", "customer": customer}
    made = [sandbox.api("POST", "payment_intents", amount=amount, **form).json()["id"] for amount in range(1, 6)]
    first = sandbox.api("GET", "payment_intents", customer=customer, limit=3).json()
    rest = sandbox.api("GET", "payment_intents", customer=customer, limit=3, starting_after=first["data"][-1]["id"]).json()
    assert [one["id"] for one in first["data"] + rest["data"]] == made[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("payment_intents", {"currency": "eur"}),
        ("payment_intents", {"amount": "1.5", "currency": "eur"}),
        ("checkout/sessions", {"mode": "subscription"}),
        ("refunds", {}),
        ("refunds", {"payment_intent": "pi_none"}),
        ("payment_intents", {"amount[x]": "1", "amount": "1"}),
    ],
)
def test_wrong_requests_are_explained(sandbox: Sandbox, path: str, form: dict[str, str]):
    answer = sandbox.api("POST", path, **form)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["message"]


def test_faults_are_used_up(sandbox: Sandbox):
    sandbox.faults(fail_next=2, status=503)
    assert [sandbox.api("GET", "customers").status_code for _ in range(3)] == [503, 503, 200]
    sandbox.faults(execute_then_timeout=1)
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.api("POST", "customers", "key-lost", email="lost@example.com")
    found = sandbox.api("GET", "customers", email="lost@example.com").json()["data"]
    again = sandbox.api("POST", "customers", "key-lost", email="lost@example.com").json()
    assert [one["id"] for one in found] == [again["id"]]
