"""What people are shown when a page is not there."""

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize(("who", "head"), [("public", "Client portal"), ("owner", "Throughline")])
def test_a_page_that_is_not_there_stands_under_the_right_name(request: pytest.FixtureRequest, who: str, head: str):
    door: TestClient = request.getfixturevalue(who)
    answer = door.get("/nothing-here")
    assert (answer.status_code, head in answer.text) == (404, True)
