"""Proposals from draft to decision, on both databases; races with real threads."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, func, select

import models.commands.signatures as signatures
from models import clock
from models.commands.proposal_decisions import decline_proposal, expire_proposal, record_view, withdraw_proposal
from models.commands.proposal_templates import add_proposal_template
from models.commands.proposals import change_proposal, draft_proposal, revise_proposal, send_proposal
from models.commands.sealing import seal_proposal
from models.commands.signatures import sign_proposal
from models.db import Database
from models.queries.contracts import get_contract
from models.queries.engagements import get_engagement
from models.queries.evidence import first_broken, list_evidence
from models.queries.proposals import get_proposal, list_line_items
from models.tables.contracts import Signature
from models.tables.events import Delivery, Event
from models.tables.files import File
from models.tables.proposals import Proposal, ProposalView
from models.types.errors import Conflict, DomainError, Invalid, Refused, Unavailable
from models.types.forms import Upload
from models.types.proposals import ProposalLine, ShownDocuments
from tests.builders.proposals import SECRET, SHOWN, make_draft, make_sent, signing
from tests.builders.workspaces import Studio

MS = timedelta(milliseconds=1)


def sign(session: Session, studio: Studio, proposal: Proposal, **values: Any) -> Signature:
    given = {"signing": signing(studio), "chosen": (), "shown": SHOWN, "present": SHOWN, "now": clock.now(), **values}
    return sign_proposal(session, proposal.id, **given)


def event_types(session: Session) -> list[str]:
    return list(session.exec(select(Event.type).order_by(col(Event.id))))


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each of several pieces of work came to when begun at the same moment: its answer or its error."""
    barrier = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            answers[place] = work()
        except DomainError as error:
            answers[place] = error

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_template_gives_text_lines_and_contract_with_their_places_filled(session: Session, studio: Studio):
    template = add_proposal_template(
        session,
        {
            "name": "Website",
            "title": "A website for {{ company.name }}",
            "blocks": [{"kind": "text", "markdown": "Dear {{ contact.first_name }}"}, {"kind": "prices"}],
            "lines": [ProposalLine("Design", 100000), ProposalLine("For friends", kind="discount", discount_bps=1000)],
            "deposit_bps": 5000,
            "expires_days": 10,
        },
    )
    now = clock.now()
    engagement = get_engagement(session, studio.engagement_id)

    proposal = draft_proposal(session, engagement, now=now, template_id=template.id)

    assert (proposal.title, proposal.blocks[0]["markdown"]) == ("A website for Byron Mills", "Dear Ada")
    assert (proposal.total_minor, proposal.tax_minor, proposal.deposit_bps) == (107100, 17100, 5000)
    assert proposal.expires_at == now + timedelta(days=10)
    assert [row.tax_rates_mpct for row in list_line_items(session, proposal.id)] == [[19000], []]


def test_a_draft_changes_and_what_was_sent_does_not(session: Session, studio: Studio):
    proposal = make_draft(session, studio)
    kept, *_ = list_line_items(session, proposal.id)
    change_proposal(session, proposal, {"discount_bps": 1000}, lines=[ProposalLine("Design", 100000, id=kept.id)])
    assert (proposal.total_minor, [row.id for row in list_line_items(session, proposal.id)]) == (107100, [kept.id])

    send_proposal(session, proposal, documents=SHOWN, secret=SECRET, now=clock.now())

    assert proposal.totals["total_minor"] == 107100
    for change in (lambda: change_proposal(session, proposal, {"title": "Other"}), lambda: send_again(session, proposal)):
        with pytest.raises(Refused):
            change()


def send_again(session: Session, proposal: Proposal) -> None:
    send_proposal(session, proposal, documents=SHOWN, secret=SECRET, now=clock.now())


def test_sending_moves_the_engagement_and_starts_the_follow_up(session: Session, studio: Studio):
    proposal = make_sent(session, studio)

    assert get_engagement(session, studio.engagement_id).status == "proposed"
    assert get_contract(session, proposal.contract_id or "").status == "pending"
    targets = session.exec(select(Delivery.target).join(Event).where(Event.type == "proposal.sent")).all()
    assert set(targets) == {f"engagement/{studio.engagement_id}", f"proposal/{proposal.id}"}


def test_one_act_signs_everything(session: Session, studio: Studio):
    proposal = make_sent(session, studio)
    option = next(row.id for row in list_line_items(session, proposal.id) if row.is_optional)

    first = sign(session, studio, proposal, chosen=[option])
    second = sign(session, studio, proposal, signing=signing(studio, name="Somebody Else"))

    engagement = get_engagement(session, studio.engagement_id)
    assert first.id == second.id
    assert (first.proposal_id, first.contract_id) == (proposal.id, proposal.contract_id)
    assert (proposal.status, proposal.totals["chosen"], proposal.total_minor) == ("accepted", [option], 511700)
    assert get_contract(session, proposal.contract_id or "").status == "completed"
    assert (engagement.status, engagement.value_minor) == ("contracted", 511700)
    assert event_types(session).count("proposal.accepted") == 1
    assert event_types(session).count("contract.completed") == 1


@pytest.mark.parametrize("broken", ["_complete", "_contracted", "_add_evidence", "record"])
def test_a_crash_between_the_writes_leaves_neither(
    database: Database, studio: Studio, monkeypatch: pytest.MonkeyPatch, broken: str
):
    with database.write(studio.scope) as session:
        proposal = make_sent(session, studio)

    def crash(*_args: Any, **_values: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(signatures, broken, crash)
    with pytest.raises(RuntimeError, match="killed"), database.write(studio.scope) as session:
        sign(session, studio, proposal)

    with database.read(studio.scope) as session:
        assert get_proposal(session, proposal.id).status == "sent"
        assert get_contract(session, proposal.contract_id or "").status == "pending"
        assert session.exec(select(func.count()).select_from(Signature)).one() == 0
        assert [one.kind for one in list_evidence(session, proposal.id)] == ["sent"]
        assert get_engagement(session, studio.engagement_id).status == "proposed"


@pytest.mark.parametrize(("before", "is_signed"), [(MS, True), (timedelta(), False), (-MS, False)])
def test_expiry_is_sharp_to_the_millisecond(session: Session, studio: Studio, before: timedelta, is_signed: bool):
    proposal = make_sent(session, studio)
    assert proposal.expires_at is not None
    at = proposal.expires_at - before

    if is_signed:
        with pytest.raises(Unavailable):
            expire_proposal(session, proposal, now=at)
        sign(session, studio, proposal, now=at)
        expire_proposal(session, proposal, now=at + 2 * MS)
        assert proposal.status == "accepted"
    else:
        with pytest.raises(Refused, match="expired"):
            sign(session, studio, proposal, now=at)
        expire_proposal(session, proposal, now=at)
        assert (proposal.status, get_contract(session, proposal.contract_id or "").status) == ("expired", "expired")


def test_two_devices_sign_once_and_hear_the_same(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        proposal = make_sent(session, studio)

    def device(name: str) -> Callable[[], str]:
        def work() -> str:
            with database.write(studio.scope) as session:
                return sign(session, studio, proposal, signing=signing(studio, agent=name)).id

        return work

    answers = together(*(device(f"device {number}") for number in range(6)))

    with database.read(studio.scope) as session:
        (signature,) = session.exec(select(Signature)).all()
        assert answers == [signature.id] * 6
        assert event_types(session).count("proposal.accepted") == 1
        assert first_broken(list_evidence(session, proposal.id)) is None


@pytest.mark.parametrize("other", [revise_proposal, withdraw_proposal])
def test_signing_against_another_decision_has_one_winner(database: Database, studio: Studio, other: Callable[..., Proposal]):
    for _ in range(4):
        with database.write(studio.scope) as session:
            proposal = make_sent(session, studio)

        def signs(proposal: Proposal = proposal) -> str:
            with database.write(studio.scope) as session:
                return sign(session, studio, proposal).id

        def decides(proposal: Proposal = proposal) -> str:
            with database.write(studio.scope) as session:
                return other(session, get_proposal(session, proposal.id), now=clock.now()).id

        signed, decided = together(signs, decides)

        with database.read(studio.scope) as session:
            status = get_proposal(session, proposal.id).status
            contract = get_contract(session, proposal.contract_id or "")
            signature = session.exec(select(Signature).where(Signature.proposal_id == proposal.id)).one_or_none()
            assert (status == "accepted") == isinstance(signed, str) == (signature is not None)
            assert contract.status == ("completed" if status == "accepted" else "voided")
            # An amendment may follow a signature; taking back what was signed may not.
            assert isinstance(decided, str) or (status == "accepted" and isinstance(decided, Refused))


def test_views_of_one_visit_count_once_and_none_after_the_decision(session: Session, studio: Studio):
    proposal = make_sent(session, studio)
    now = clock.now()
    for minutes in (0, 5, 11):
        at = now + timedelta(minutes=minutes)
        record_view(session, proposal.id, contact_id=studio.contact_id, address="::1", agent="Firefox", now=at)
    decline_proposal(session, proposal.id, reason="Too early", now=now)
    record_view(session, proposal.id, contact_id=studio.contact_id, address="::1", agent="Other", now=now)

    assert session.exec(select(func.count()).select_from(ProposalView)).one() == 2
    assert proposal.first_viewed_at == now
    assert event_types(session).count("proposal.viewed") == 1
    assert get_contract(session, proposal.contract_id or "").status == "declined"


def test_an_amendment_leaves_what_was_signed_in_force(session: Session, studio: Studio):
    proposal = make_sent(session, studio)
    sign(session, studio, proposal)

    amendment = revise_proposal(session, proposal, now=clock.now())

    assert (proposal.status, get_contract(session, proposal.contract_id or "").status) == ("accepted", "completed")
    assert (amendment.number, amendment.root_id, amendment.deposit_bps) == (2, proposal.id, 0)
    assert amendment.contract_id not in (None, proposal.contract_id)


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [
        ({"shown": ShownDocuments("b" * 64, "c" * 64)}, Conflict, None),
        ({"chosen": ["pli_none"]}, Invalid, "option"),
    ],
)
def test_only_what_was_shown_and_offered_is_signed(session: Session, studio: Studio, values, error, field):
    proposal = make_sent(session, studio)
    with pytest.raises(error) as refused:
        sign(session, studio, proposal, **values)
    assert refused.value.field == field
    assert proposal.status == "sent"


@pytest.mark.parametrize("swap", ["detail", "order", "drop"])
def test_a_swapped_evidence_row_shows(session: Session, studio: Studio, swap: str):
    proposal = make_sent(session, studio)
    sign(session, studio, proposal)
    entries = list_evidence(session, proposal.id)
    assert first_broken(entries) is None

    if swap == "detail":
        entries[1].detail = {**entries[1].detail, "address": "198.51.100.1"}
    elif swap == "order":
        entries[1].number, entries[2].number = 99, entries[1].number
    else:
        session.delete(entries[1])
    session.flush()
    session.expire_all()

    assert first_broken(list_evidence(session, proposal.id)) == 1


def test_two_sealings_keep_one_file(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        proposal = make_sent(session, studio)
        sign(session, studio, proposal)

    def sealing(number: int) -> Callable[[], str | None]:
        def work() -> str | None:
            upload = Upload("signed.pdf", "application/pdf", 1, str(number) * 64, f"key{number}")
            with database.write(studio.scope) as session:
                file = seal_proposal(session, proposal.id, upload, now=clock.now())
                return file.id if file else None

        return work

    kept = [answer for answer in together(*(sealing(number) for number in range(4))) if answer is not None]

    with database.read(studio.scope) as session:
        assert kept == [get_proposal(session, proposal.id).sealed_file_id]
        assert get_contract(session, proposal.contract_id or "").sealed_file_id == kept[0]
        assert session.exec(select(func.count()).select_from(File)).one() == 1
        assert event_types(session).count("proposal.sealed") == 1


def test_the_signature_is_unique_in_the_database_too(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        proposal = make_sent(session, studio)
        signature = sign(session, studio, proposal)
        twin = signature.model_dump()
    with pytest.raises(Conflict), database.write(studio.scope) as session:
        session.add(Signature(**{**twin, "id": "sig_twin", "contract_id": None}))
