"""Who acts on what they saw, acts on that only: a version that is not the present one is refused, at every operation."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from models.settings import Settings
from tests.architecture.house import House
from tests.architecture.operations import Operation, operations, resolved

ALL = operations(create_app(Settings(env="test", home=Path("/nonexistent"))).openapi())
CHECKED = [one for one in ALL if one.body and "version" in resolved(one.body, one.components).get("properties", {})]
MUST_CHECK = {
    "PATCH /bookings/{booking_id}",
    "PUT /bookings/{booking_id}/time",
    "POST /bookings/{booking_id}/cancelation",
    "POST /payments/{payment_id}/refunds",
    "POST /invoices/{invoice_id}/void",
    "POST /proposals/{proposal_id}/withdrawal",
    "POST /contracts/{contract_id}/void",
    "PATCH /tasks/{task_id}",
}


def test_money_and_status_are_changed_by_version():
    assert {str(one) for one in CHECKED} >= MUST_CHECK


@pytest.mark.parametrize("operation", CHECKED, ids=str)
def test_a_stale_version_is_refused(operation: Operation, house: House, client: TestClient):
    request = operation.request(house.their_rows, house.their_rows)
    request["json"]["version"] = 999
    answer = client.request(headers=house.theirs.bearer, **request)
    assert (answer.status_code, answer.json()["type"]) == (409, "/help/errors#Conflict"), answer.text
