"""A contract that stands by itself, and the public check of sealed files."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders.workspaces import Studio

ROOT = "/api/v1/contracts"


@pytest.fixture
def contract(program: TestClient, studio: Studio) -> dict[str, Any]:
    text = {"title": "NDA with {{ company.name }}", "body": "{{ contact.name }} keeps quiet. Phone: {{ contact.phone }}."}
    made: dict[str, Any] = program.post(ROOT, json={"engagement_id": studio.engagement_id, **text}).json()
    return made


def test_it_is_drafted_sent_signed_once_and_never_changes_again(public: TestClient, program: TestClient, worker, contract):
    assert (contract["title"], contract["body"]) == ("NDA with Byron Mills", "Ada Byron keeps quiet. Phone: –.")
    url = f"{ROOT}/{contract['id']}"
    path = program.post(f"{url}/link").json()["url"].removeprefix("http://testserver")
    assert public.get(path).status_code == 404

    assert program.post(f"{url}/sending", json={}).json()["status"] == "pending"
    page = public.get(path).text
    sha256 = re.search(r'name="contract_sha256" value="([0-9a-f]{64})"', page).group(1)
    form = {"contract_sha256": sha256, "consent": "yes", "signer_name": "Ada Byron"}
    assert public.post(f"{path}/acceptance", data={**form, "contract_sha256": "0" * 64}).status_code == 409
    assert public.post(f"{path}/acceptance", data={**form, "consent": ""}).status_code == 422
    answers = [public.post(f"{path}/acceptance", data=form).headers["location"] for _ in range(2)]

    assert answers == [f"{path}#signed"] * 2
    assert program.get(url).json()["status"] == "completed"
    assert program.patch(url, json={"body": "Other"}).status_code == 409
    evidence = program.get(f"{url}/evidence").json()
    assert ([one["kind"] for one in evidence["entries"]], evidence["is_whole"]) == (["sent", "consented", "signed"], True)
    assert sum("Signed:" in mail["subject"] for mail in worker.get("/api/v1/emails").json()["items"]) == 2


def test_a_declined_contract_cannot_be_signed(public: TestClient, program: TestClient, contract):
    program.post(f"{ROOT}/{contract['id']}/sending", json={})
    path = program.post(f"{ROOT}/{contract['id']}/link").json()["url"].removeprefix("http://testserver")
    public.post(f"{path}/refusal", data={"reason": "Too strict"})
    form = {"contract_sha256": contract["content_sha256"], "consent": "yes", "signer_name": "Ada Byron"}

    public.post(f"{path}/acceptance", data=form)

    assert program.get(f"{ROOT}/{contract['id']}").json()["status"] == "declined"


def test_the_check_takes_a_file_and_says_what_it_is_not(public: TestClient):
    assert public.get("/verify").status_code == 200
    answer = public.post("/verify", files={"file": ("paper.pdf", b"%PDF-1.7 something else", "application/pdf")})
    assert "Not genuine: paper.pdf" in answer.text
    assert public.post("/verify").status_code == 422
