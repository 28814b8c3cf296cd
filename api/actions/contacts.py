"""What is known of people."""

from typing import Annotated, Any

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, about_contact, picked, sample
from api.actions.engagements import ARCHIVING_EMITS
from models.commands.contact_archive import archive_contact
from models.commands.contacts import add_contact, change_contact
from models.queries.contacts import find_contact_by_email
from models.tables.contacts import Contact
from models.types.errors import Invalid

ContactId = Annotated[str | None, about_contact("Who")]


class ContactFactsInput(ActionInput):
    """Facts about a person."""

    email: Annotated[str | None, Field(title="Mail address", max_length=320)] = None
    phone: Annotated[str | None, Field(title="Phone", max_length=60)] = None
    title: Annotated[str | None, Field(title="Job title", max_length=200)] = None
    timezone: Annotated[str | None, Field(title="Time zone", description="Such as Europe/London", max_length=60)] = None
    company_id: Annotated[str | None, picked("Company", "companies")] = None
    owner_id: Annotated[str | None, picked("Owner", "members")] = None


class ContactInput(ContactFactsInput):
    """What to change; what is left out stays."""

    contact_id: ContactId = None
    name: Annotated[str | None, Field(title="Name", min_length=1, max_length=200)] = None


class NewContactInput(ContactFactsInput):
    """A new person."""

    name: Annotated[str, Field(title="Name", min_length=1, max_length=200)]
    tags: Annotated[tuple[str, ...], Field(title="Tags", max_length=20)] = ()


class ContactOutput(ActionOutput):
    """The contact."""

    contact_id: str
    name: str
    email: str | None
    tags: list[str]


class CreateContact(Action):
    """A person in the address book."""

    name = "contacts.create"
    title = "Add a contact"
    icon = "user-plus"
    docs = "Adds a person. Somebody with the same mail address is not added twice: then the facts you give are filled in."
    Input = NewContactInput
    Output = ContactOutput
    emits = ("contact.added", "contact.changed")
    needs = ("contacts:write",)
    example = sample(name="Grace Hopper", email="grace@cobol-works.example", tags=["newsletter"])

    def perform(self, context: ActionContext, given: NewContactInput) -> ContactOutput:
        """Add them, or complete who is there. Raises Invalid for a fact that cannot be."""
        facts = given.model_dump(exclude_none=True, exclude={"tags"})
        known = find_contact_by_email(context.session, given.email) if given.email else None
        if known is None:
            tags = list(dict.fromkeys(given.tags))
            made = add_contact(context.session, actor=context.actor, now=context.now, **facts, tags=tags)
            return _told(made)
        blanks = {name: value for name, value in facts.items() if not getattr(known, name)}
        return _changed(context, known, {**blanks, "tags": list(dict.fromkeys([*known.tags, *given.tags]))})


class UpdateContact(Action):
    """Facts about a person."""

    name = "contacts.update"
    title = "Change a contact"
    icon = "user-pen"
    docs = "Writes facts about the person; where they came from is kept beside them."
    Input = ContactInput
    Output = ContactOutput
    emits = ("contact.changed",)
    needs = ("contacts:write",)
    example = sample(title="Head of marketing", timezone="Europe/London")

    def perform(self, context: ActionContext, given: ContactInput) -> ContactOutput:
        """Change them. Raises Invalid when there is nothing to change, Conflict for somebody else's address."""
        changes = given.model_dump(exclude={"contact_id"}, exclude_none=True)
        if not changes:
            raise Invalid("There is nothing to change.")
        return _changed(context, context.contact(given.contact_id), changes)


class TagInput(ActionInput):
    """Tags to put on and to take off."""

    contact_id: ContactId = None
    add: Annotated[tuple[str, ...], Field(title="Put on", max_length=20)] = ()
    remove: Annotated[tuple[str, ...], Field(title="Take off", max_length=20)] = ()


class TagContact(Action):
    """Tags of a person."""

    name = "contacts.tag"
    title = "Tag a contact"
    icon = "tag"
    docs = "Puts tags on the person and takes others off."
    Input = TagInput
    Output = ContactOutput
    emits = ("contact.changed",)
    needs = ("contacts:write",)
    example = sample(add=["client"], remove=["lead"])

    def perform(self, context: ActionContext, given: TagInput) -> ContactOutput:
        """Put on and take off. Tags that are there already change nothing."""
        contact = context.contact(given.contact_id)
        kept = [tag for tag in contact.tags if tag not in given.remove]
        tags = [*kept, *(tag for tag in dict.fromkeys(given.add) if tag not in kept)]
        return _changed(context, contact, {"tags": tags})


class WhichContactInput(ActionInput):
    """Who is meant."""

    contact_id: ContactId = None


class ArchiveContact(Action):
    """A person put away."""

    name = "contacts.archive"
    title = "Archive a contact"
    icon = "archive"
    docs = (
        "Puts the person away with their engagements and stops what runs for them: other automations, open proposals, "
        "retainers and timers. Open invoices stay payable, and nothing is deleted."
    )
    Input = WhichContactInput
    Output = ContactOutput
    emits = ("contact.archived", *ARCHIVING_EMITS)
    needs = ("contacts:write",)
    example = sample(contact_id="con_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichContactInput) -> ContactOutput:
        """Put them away; away already, they stay so."""
        contact = context.contact(given.contact_id)
        archive_contact(context.session, contact, now=context.now)
        return _told(contact)


class FindInput(ActionInput):
    """Whom to look for."""

    email: Annotated[str, Field(title="Mail address", min_length=3, max_length=320)]


class FoundOutput(ActionOutput):
    """Who was found; everything is empty when nobody was."""

    is_found: bool
    contact_id: str | None = None
    name: str = ""
    company_id: str | None = None
    owner_id: str | None = None
    tags: tuple[str, ...] = ()


class FindContact(Action):
    """Who somebody is, by their mail address."""

    name = "contacts.find"
    title = "Find a contact"
    icon = "user-search"
    docs = "Looks a person up by mail address, whatever its upper and lower case. Put a condition on “is found” behind it."
    Input = FindInput
    Output = FoundOutput
    needs = ("contacts:read",)
    example = sample(email="ada@byron-mills.example")

    def perform(self, context: ActionContext, given: FindInput) -> FoundOutput:
        """Find them; nobody is an answer too."""
        found = find_contact_by_email(context.session, given.email)
        if found is None or found.archived_at is not None:
            return FoundOutput(is_found=False)
        return FoundOutput(
            is_found=True,
            contact_id=found.id,
            name=found.name,
            company_id=found.company_id,
            owner_id=found.owner_id,
            tags=tuple(found.tags),
        )


def _changed(context: ActionContext, contact: Contact, changes: dict[str, Any]) -> ContactOutput:
    change_contact(context.session, contact, changes, actor=context.actor, now=context.now)
    return _told(contact)


def _told(contact: Contact) -> ContactOutput:
    return ContactOutput(contact_id=contact.id, name=contact.name, email=contact.email, tags=contact.tags)
