"""Contacts, companies, members, the studio itself and its keys."""

from models.commands.api_tokens import create_api_token, revoke_api_token
from models.commands.companies import add_company, archive_company, change_company, unarchive_company
from models.commands.contact_archive import archive_contact, unarchive_contact
from models.commands.contacts import add_contact, change_contact, upsert_contact
from models.commands.credentials import add_credential, change_credential, remove_credential
from models.commands.members import add_member, archive_member, change_member, set_password, unarchive_member
from models.commands.workspaces import change_workspace, create_workspace
from models.tables.workspaces import Workspace
from models.types.credentials import CredentialKind
from models.types.members import MemberRole
from tests.builders.event_stories.telling import GRACE, Stories, Teller


def a_contact_that_writes(teller: Teller) -> None:
    upsert_contact(teller.session, GRACE, source="form", now=teller.now)


def a_contact_with_little_known(teller: Teller) -> None:
    """Nothing but a name: every other part of the record is empty."""
    contact = add_contact(teller.session, actor="Mara", now=teller.now, name="Grace Okafor")
    change_contact(teller.session, contact, {"title": "Founder"}, actor="Mara", now=teller.now)


def a_contact_put_away(teller: Teller) -> None:
    contact = add_contact(teller.session, actor="Mara", now=teller.now, name="Grace Okafor", email="grace@okafor.example")
    archive_contact(teller.session, contact, now=teller.now)
    unarchive_contact(teller.session, contact, now=teller.now)


def a_company(teller: Teller) -> None:
    company = add_company(teller.session, name="Okafor & Daughters")
    change_company(teller.session, company, {"domain": "okafor.example"})
    archive_company(teller.session, company, now=teller.now)
    unarchive_company(teller.session, company)


def a_member(teller: Teller) -> None:
    member = add_member(teller.session, name="Noor", email="noor@nord.example", role=MemberRole.MEMBER)
    change_member(teller.session, member, {"title": "Designer"})
    set_password(teller.session, member, "a hash", now=teller.now)
    archive_member(teller.session, member, now=teller.now)
    unarchive_member(teller.session, member)


def a_studio(teller: Teller) -> None:
    change_workspace(teller.session, teller.session.get_one(Workspace, teller.studio.workspace_id), {"name": "Atelier Süd"})


def a_second_studio(teller: Teller) -> None:
    facts = {"timezone": "Europe/London", "currency": "GBP", "country": "GB", "sender_address": "hello@south.example"}
    create_workspace(teller.session, name="Studio South", **facts)


def a_key(teller: Teller) -> None:
    everything = frozenset({"*"})
    made = create_api_token(
        teller.session, name="Robot", scopes=["contacts:read"], created_by=teller.studio.owner_id, maker_scopes=everything
    )
    token = made[0]
    revoke_api_token(teller.session, token, now=teller.now)


def a_credential(teller: Teller) -> None:
    kept = add_credential(
        teller.session, name="CRM", kind=CredentialKind.BEARER, hosts=["api.example.com"], secret_encrypted="x", last_four="wxyz"
    )
    change_credential(teller.session, kept, name="Other CRM")
    remove_credential(teller.session, kept, now=teller.now)


STORIES: Stories = {
    a_contact_that_writes: {"contact.added"},
    a_contact_with_little_known: {"contact.added", "contact.changed"},
    a_contact_put_away: {"contact.archived", "contact.unarchived"},
    a_company: {"company.added", "company.changed", "company.archived", "company.unarchived"},
    a_member: {f"member.{verb}" for verb in ("added", "changed", "archived", "unarchived", "password_changed")},
    a_studio: {"workspace.changed"},
    a_second_studio: {"workspace.created"},
    a_key: {"api_token.created", "api_token.revoked"},
    a_credential: {"credential.added", "credential.changed", "credential.removed"},
}
