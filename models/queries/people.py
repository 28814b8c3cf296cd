"""Names of those who act: members, contacts, programs, automations."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from models.tables.contacts import Contact
from models.tables.members import ApiToken, Member

_WITHOUT_ROW = {"worker": "Throughline", "system": "Throughline", "public": "Somebody"}


def names_of_people(session: Session, person_ids: Iterable[str | None]) -> dict[str, str]:
    """The names of members and contacts by id; an unknown id is left out."""
    wanted = {person_id for person_id in person_ids if person_id}
    if not wanted:
        return {}
    members = session.exec(select(Member.id, Member.name).where(col(Member.id).in_(wanted))).all()
    contacts = session.exec(select(Contact.id, Contact.name).where(col(Contact.id).in_(wanted))).all()
    return {**dict(members), **dict(contacts)}


def names_of_actors(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """How actors such as `member:mem_…` are called; every actor given is answered."""
    listed = set(actors)
    ids = {actor: actor.partition(":")[2] for actor in listed}
    names = names_of_people(session, ids.values())
    tokens = session.exec(select(ApiToken.id, ApiToken.name).where(col(ApiToken.id).in_(set(ids.values()) - {""}))).all()
    names |= dict(tokens)
    return {actor: names.get(ids[actor]) or _WITHOUT_ROW.get(actor) or "An automation" for actor in listed}
