"""Every answer tells browsers what they must not do with it."""

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("path", ["/login", "/api/v1/waits", "/livez", "/nothing-here"])
def test_every_answer_is_guarded(public: TestClient, path: str):
    headers = public.get(path).headers

    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_only_an_embedded_form_may_be_framed(public: TestClient):
    assert "frame-ancestors *" in public.get("/f/any/embed").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in public.get("/f/any").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 401),
        ({"Origin": "http://testserver"}, 401),
    ],
)
def test_a_post_that_another_site_made_is_refused(public: TestClient, headers: dict[str, str], status: int):
    assert public.post("/api/v1/companies", json={"name": "Byron Mills"}, headers=headers).status_code == status
