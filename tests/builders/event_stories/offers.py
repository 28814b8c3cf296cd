"""Proposals and contracts."""

from datetime import timedelta

from models.commands.contracts import (
    archive_contract,
    decline_contract,
    draft_contract,
    send_contract,
    unarchive_contract,
    void_contract,
)
from models.commands.proposal_decisions import decline_proposal, expire_proposal, record_view, withdraw_proposal
from models.commands.proposals import revise_proposal, send_proposal
from models.commands.sealing import seal_proposal
from models.commands.signatures import sign_proposal
from models.tables.contracts import Contract
from models.tables.proposals import Proposal
from models.types.forms import Upload
from tests.builders.event_stories.telling import Stories, Teller
from tests.builders.proposals import SECRET, SHOWN, make_draft, make_sent, signing

SEALED = Upload("sealed.pdf", "application/pdf", 10, "ab" * 32, "ws/ab/" + "ab" * 32)


def an_offer_that_is_signed(teller: Teller) -> None:
    proposal = make_sent(teller.session, teller.studio)
    _look(teller, proposal)
    sign_proposal(
        teller.session,
        proposal.id,
        signing=signing(teller.studio),
        chosen=[],
        shown=SHOWN,
        present=SHOWN,
        now=teller.now,
    )
    seal_proposal(teller.session, proposal.id, SEALED, now=teller.now)


def an_offer_without_a_contract(teller: Teller) -> None:
    """Signed, and nothing is to follow from it: the event has no contract, template or call to name."""
    proposal = make_sent(teller.session, teller.studio, contract_template_id=None)
    sign_proposal(
        teller.session,
        proposal.id,
        signing=signing(teller.studio),
        chosen=[],
        shown=SHOWN,
        present=SHOWN,
        now=teller.now,
    )


def an_offer_that_is_declined(teller: Teller) -> None:
    decline_proposal(teller.session, make_sent(teller.session, teller.studio).id, reason="Too dear", now=teller.now)


def an_offer_that_is_taken_back(teller: Teller) -> None:
    withdraw_proposal(teller.session, make_sent(teller.session, teller.studio), now=teller.now)


def an_offer_that_runs_out(teller: Teller) -> None:
    expire_proposal(teller.session, make_sent(teller.session, teller.studio), now=teller.now + timedelta(days=15))


def an_offer_that_is_rewritten(teller: Teller) -> None:
    version = revise_proposal(teller.session, make_sent(teller.session, teller.studio), now=teller.now)
    send_proposal(teller.session, version, documents=SHOWN, secret=SECRET, now=teller.now)


def a_draft(teller: Teller) -> None:
    make_draft(teller.session, teller.studio)


def a_contract_alone(teller: Teller) -> None:
    contract = _sent_contract(teller)
    void_contract(teller.session, contract, now=teller.now)
    archive_contract(teller.session, contract, now=teller.now)
    unarchive_contract(teller.session, contract)


def a_contract_that_is_declined(teller: Teller) -> None:
    decline_contract(teller.session, _sent_contract(teller), now=teller.now)


def _look(teller: Teller, proposal: Proposal) -> None:
    record_view(
        teller.session,
        proposal.id,
        contact_id=teller.studio.contact_id,
        address="203.0.113.7",
        agent="Firefox",
        now=teller.now,
    )


def _sent_contract(teller: Teller) -> Contract:
    contract = draft_contract(teller.session, teller.engagement, now=teller.now, title="Design", body="We agree.")
    return send_contract(teller.session, contract, content_sha256="c" * 64, to="ada@example.com", now=teller.now)


STORIES: Stories = {
    a_draft: {"proposal.drafted"},
    an_offer_that_is_signed: {
        *("proposal.sent", "proposal.viewed", "proposal.accepted", "proposal.sealed", "contract.sent", "contract.completed"),
        "engagement.status_changed",
    },
    an_offer_without_a_contract: {"proposal.sent", "proposal.accepted"},
    an_offer_that_is_declined: {"proposal.declined", "contract.declined"},
    an_offer_that_is_taken_back: {"proposal.withdrawn", "contract.voided"},
    an_offer_that_runs_out: {"proposal.expired"},
    an_offer_that_is_rewritten: {"proposal.superseded"},
    a_contract_alone: {"contract.drafted", "contract.sent", "contract.voided", "contract.archived", "contract.unarchived"},
    a_contract_that_is_declined: {"contract.declined"},
}
