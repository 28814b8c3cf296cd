"""Builders of offers: drafted and sent as the product does it."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from models import clock
from models.commands.contract_templates import add_contract_template
from models.commands.proposals import draft_proposal, send_proposal
from models.queries.engagements import get_engagement
from models.rules.signatures import consent_text
from models.tables.proposals import Proposal
from models.types.proposals import ProposalLine, ShownDocuments, Signing
from tests import cast
from tests.builders.workspaces import Studio

SECRET = "a secret of these tests"
LINES = (
    ProposalLine("Design\nThree rounds", 320000),
    ProposalLine("Photography", 80000, is_optional=True, is_selected=False),
    ProposalLine("Care plan", 30000, kind="recurring", retainer_terms={"rhythm": "months", "every": 1}),
)
"""A design for 3200.00, an optional shoot for 800.00, and 300.00 every month; 19 % tax."""
SHOWN = ShownDocuments("a" * 64, "c" * 64)
CONTRACT = "Between {{ workspace.legal_name }} and {{ contact.name }} of {{ company.name }}, on {{ today | date }}."


def make_draft(session: Session, studio: Studio, **values: Any) -> Proposal:
    """A draft with a contract, good for two weeks, 30 % deposit."""
    template = add_contract_template(session, name="Design contract", body=CONTRACT)
    return draft_proposal(
        session,
        get_engagement(session, studio.engagement_id),
        now=clock.now(),
        **{
            "title": "A new website",
            "lines": LINES,
            "deposit_bps": 3000,
            "contract_template_id": template.id,
            "expires_at": clock.now() + timedelta(days=14),
            **values,
        },
    )


def make_sent(session: Session, studio: Studio, **values: Any) -> Proposal:
    """A proposal that the client has in hand; its documents have the hashes of `SHOWN`."""
    proposal = make_draft(session, studio, **values)
    return send_proposal(session, proposal, documents=SHOWN, secret=SECRET, now=clock.now())


def signing(studio: Studio, **values: Any) -> Signing:
    """Ada signs by typing her name."""
    return Signing(
        **{
            "contact_id": studio.contact_id,
            "name": cast.ADA[0],
            "email": cast.ADA[1],
            "kind": "typed",
            "image": cast.ADA[0],
            "consent_text": consent_text(cast.STUDIO),
            "has_consented": True,
            "address": "203.0.113.7",
            "agent": "Firefox",
            **values,
        }
    )
