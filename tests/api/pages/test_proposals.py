"""Members write, send and follow proposals; contracts and templates beside them."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.db import Database
from models.queries.proposals import get_proposal, list_line_items
from models.tables.contracts import Contract, ContractTemplate
from models.tables.proposals import Proposal, ProposalTemplate
from tests.builders.proposals import make_draft
from tests.builders.workspaces import Studio

HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft(database: Database, studio: Studio) -> Proposal:
    with database.write(studio.scope) as session:
        return make_draft(session, studio, blocks=[{"kind": "text", "markdown": "Hello"}, {"kind": "prices"}])


def fields_of(page: str) -> list[tuple[str, str]]:
    """What the editor's form would post as it stands."""
    form = re.search(r'<form id="draft".*?</form>', page, re.S)
    assert form is not None
    found = []
    control = r"<(input|select|textarea)\b([^>]*)>(?:([^<]*)</textarea>|((?:\s*<option[^>]*>[^<]*</option>)*))?"
    for kind, attributes, text, options in re.findall(control, form[0]):
        name = re.search(r'\bname="([^"]+)"', attributes)
        if name is None or ("checkbox" in attributes and "checked" not in attributes):
            continue
        value = re.search(r'\bvalue="([^"]*)"', attributes)
        chosen = re.search(r'value="([^"]*)" selected', options)
        given = text if kind == "textarea" else (chosen[1] if chosen else "") if kind == "select" else value[1] if value else ""
        found.append((name[1], given))
    return found


def changed(fields: list[tuple[str, str]], name: str, value: str, *, place: int = 0) -> dict[str, Any]:
    """The form with one control changed, as a body."""
    body: dict[str, Any] = {}
    seen = 0
    for key, given in fields:
        if key == name:
            given, seen = (value if seen == place else given), seen + 1
        body.setdefault(key, []).append(given)
    if not seen:
        body[name] = [value]
    return body


def kept(database: Database, studio: Studio, proposal_id: str) -> tuple[Proposal, list[str]]:
    with database.read(studio.scope) as session:
        return get_proposal(session, proposal_id), [row.description for row in list_line_items(session, proposal_id)]


def test_an_unchanged_form_keeps_everything(owner: TestClient, database: Database, studio: Studio, draft: Proposal):
    path = f"/proposals/{draft.id}"
    before, lines = kept(database, studio, draft.id)
    answer = owner.post(f"{path}/draft", data=changed(fields_of(owner.get(f"{path}/edit").text), "none", ""), headers=HTMX)
    after, same_lines = kept(database, studio, draft.id)

    assert answer.status_code == 200
    ours = before.model_dump(exclude={"version"})
    assert after.model_dump(exclude={"version"}) == ours
    assert same_lines == lines


def test_a_changed_price_is_kept_and_the_preview_says_the_new_total(owner: TestClient, database, studio, draft: Proposal):
    path = f"/proposals/{draft.id}"
    fields = fields_of(owner.get(f"{path}/edit").text)
    answer = owner.post(f"{path}/draft", data=changed(fields, "line_price", "4000"), headers=HTMX)

    assert "€5,117.00" in answer.text
    assert kept(database, studio, draft.id)[0].total_minor == 511700
    assert answer.headers["Fresh"] == str(kept(database, studio, draft.id)[0].version)
    late = owner.post(f"{path}/draft", data=changed(fields, "line_price", "1"), headers=HTMX)
    assert (late.status_code, "Somebody else changed" in late.text) == (422, True)


@pytest.mark.parametrize(
    ("act", "lines"),
    [
        ("line:down:0", ["Photography", "Design\nThree rounds", "Care plan"]),
        ("line:up:2", ["Design\nThree rounds", "Care plan", "Photography"]),
        ("line:remove:1", ["Design\nThree rounds", "Care plan"]),
        ("line:add:discount", ["Design\nThree rounds", "Photography", "Care plan", "Discount"]),
        ("line:up:99", ["Design\nThree rounds", "Photography", "Care plan"]),
    ],
)
def test_rows_come_go_and_move(owner: TestClient, database: Database, studio: Studio, draft: Proposal, act: str, lines):
    path = f"/proposals/{draft.id}"
    body = changed(fields_of(owner.get(f"{path}/edit").text), "act", act)
    plain = owner.post(f"{path}/draft", data=body)

    assert plain.status_code == 303
    assert kept(database, studio, draft.id)[1] == lines


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("title", " ", "A proposal needs a title."),
        ("line_price", "abc", "is not an amount of money"),
        ("line_tax", "many", "Write a tax rate"),
        ("line_quantity", "-1", "A quantity is zero or more."),
        ("deposit", "130", "between 0 and 100"),
        ("expires_on", "soon", "Write the day"),
        ("reminder_days", "x", "Write days"),
        ("currency", "E1", "three letters"),
    ],
)
def test_what_cannot_be_right_is_said_and_nothing_is_kept(
    owner: TestClient, database: Database, studio: Studio, draft: Proposal, name: str, value: str, said: str
):
    path = f"/proposals/{draft.id}"
    body = changed(fields_of(owner.get(f"{path}/edit").text), name, value)
    for headers in ({}, HTMX):
        answer = owner.post(f"{path}/draft", data=body, headers=headers)
        assert (answer.status_code, said in answer.text) == (422, True)
    assert kept(database, studio, draft.id)[0].version == draft.version


def test_the_whole_way_from_a_template_to_an_amendment(owner: TestClient, database: Database, studio: Studio):
    assert "New proposal" in owner.get(f"/proposals/new?engagement_id={studio.engagement_id}").text
    assert owner.post("/proposals").status_code == 422
    edit = owner.post("/proposals", data={"engagement_id": studio.engagement_id}).headers["location"]
    assert owner.post(edit.replace("/edit", "/sending")).headers["location"] == edit  # nothing to sign yet
    owner.post(edit.replace("/edit", "/draft"), data=changed(fields_of(owner.get(edit).text), "act", "line:add:fixed"))
    path = owner.post(edit.replace("/edit", "/sending")).headers["location"]

    page = owner.get(path).text
    assert "The chain is whole." in page
    assert "/p/" in page
    assert owner.get(f"{path}/edit").headers["location"] == path
    assert "Byron Mills: new website" in owner.get("/proposals", params={"status": "sent", "q": "ada"}).text
    assert "No proposal fits" in owner.get("/proposals", params={"status": "accepted"}).text
    revised = owner.post(f"{path}/revision").headers["location"].removesuffix("/edit")
    assert "Version 1" in owner.get(revised).text
    owner.post(f"{revised}/draft", data=changed(fields_of(owner.get(f"{revised}/edit").text), "line_price", "90"))
    after = owner.get(revised).text
    assert "Changed since version 1" in after
    assert "€90.00" in after
    owner.post(f"{revised}/archive")
    with database.read(studio.scope) as session:
        rows = session.exec(select(Proposal).order_by(col(Proposal.number))).all()
    assert [(row.number, row.status, row.archived_at is None) for row in rows] == [(1, "superseded", True), (2, "draft", False)]


def test_the_link_is_replaced(owner: TestClient, program: TestClient, public: TestClient, draft: Proposal):
    path = f"/proposals/{draft.id}"
    program.post(f"/api/v1{path}/sending", json={})
    old = program.post(f"/api/v1{path}/link", json={}).json()["url"].removeprefix("http://testserver")
    owner.post(f"{path}/link", data={"fresh": "yes"})
    new = program.post(f"/api/v1{path}/link", json={}).json()["url"].removeprefix("http://testserver")
    assert [public.get(address).status_code for address in (old, new)] == [404, 200]
    owner.post(f"{path}/withdrawal")
    assert "was withdrawn" in public.get(new).text


def test_templates_are_written_and_used(owner: TestClient, database: Database, studio: Studio):
    path = owner.post("/proposal_templates", data={"name": "Website"}).headers["location"]
    body = {
        "name": "Website",
        "title": "For {{ company.name }}",
        "deposit": "30",
        "expires_days": "10",
        "reminder_days": "1, 4",
        "block_kind": ["text", "prices"],
        "block_text": ["Dear {{ contact.first_name }}", ""],
        "act": "line:add:recurring",
    }
    assert owner.post(path, data=body).status_code == 303
    page = owner.get(path).text
    assert "every month" in page
    assert owner.post(path, data={**body, "name": " ", "act": ""}).status_code == 422
    assert "Website" in owner.get("/proposal_templates").text
    with database.read(studio.scope) as session:
        template = session.exec(select(ProposalTemplate)).one()
    edit = owner.post("/proposals", data={"engagement_id": studio.engagement_id, "template_id": template.id})
    assert "For Byron Mills" in owner.get(edit.headers["location"]).text
    owner.post(f"{path}/archive")
    assert owner.get(path).status_code == 404


def test_contracts_have_templates_and_stand_by_themselves(owner: TestClient, database: Database, studio: Studio):
    path = owner.post("/contract_templates", data={"name": "NDA"}).headers["location"]
    owner.post(path, data={"name": "NDA", "title": "NDA", "body": "{{ contact.name }} keeps quiet."})
    assert "keeps quiet" in owner.get(path).text
    with database.read(studio.scope) as session:
        template = session.exec(select(ContractTemplate)).one()
    assert owner.get("/contracts/new").status_code == 200
    body = {"engagement_id": studio.engagement_id, "template_id": template.id}
    contract = owner.post("/contracts", data=body).headers["location"]
    assert "Ada Byron keeps quiet." in owner.get(contract).text
    owner.post(contract, data={"title": "NDA", "body": "Ada Byron keeps very quiet."})
    owner.post(f"{contract}/sending")
    assert "Pending" in owner.get(contract).text
    assert "NDA" in owner.get("/contracts", params={"status": "pending"}).text
    owner.post(f"{contract}/void")
    with database.read(studio.scope) as session:
        row = session.exec(select(Contract)).one()
    assert (row.status, row.body) == ("voided", "Ada Byron keeps very quiet.")


def test_the_contract_of_a_draft_is_edited_replaced_and_taken_away(
    owner: TestClient, database: Database, studio, draft: Proposal
):
    path = f"/proposals/{draft.id}/contract"
    owner.post(path, data={"contract_title": "Our contract", "contract_body": "New words"})
    assert "New words" in owner.get(f"/proposals/{draft.id}/edit").text
    owner.post(path, data={"template_id": ""})
    assert kept(database, studio, draft.id)[0].contract_id is None
