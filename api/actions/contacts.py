"""What is known of people."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput
from models.commands.contacts import change_contact
from models.queries.contacts import get_contact
from models.tables.contacts import Contact
from models.types.errors import Invalid, Refused


class ContactInput(ActionInput):
    """What to change; what is left out stays."""

    contact_id: Annotated[str | None, Field(title="Who", description="The one the run is about")] = None
    name: Annotated[str | None, Field(title="Name", min_length=1, max_length=200)] = None
    email: Annotated[str | None, Field(title="Mail address", max_length=320)] = None
    phone: Annotated[str | None, Field(title="Phone", max_length=60)] = None
    title: Annotated[str | None, Field(title="Job title", max_length=200)] = None
    timezone: Annotated[str | None, Field(title="Time zone", max_length=60)] = None
    owner_id: Annotated[str | None, Field(title="Owner", json_schema_extra={"x-lookup": "members"})] = None


class ContactOutput(ActionOutput):
    """The contact."""

    contact_id: str
    tags: list[str]


class UpdateContact(Action):
    """Facts about a person."""

    name = "contacts.update"
    title = "Change a contact"
    icon = "user-pen"
    docs = "Writes facts about the person; where they came from is kept beside them."
    Input = ContactInput
    Output = ContactOutput
    emits = ("contact.changed",)

    def perform(self, context: ActionContext, given: ContactInput) -> ContactOutput:
        """Change them. Raises Invalid when there is nothing to change, Conflict for somebody else's address."""
        changes = given.model_dump(exclude={"contact_id"}, exclude_none=True)
        if not changes:
            raise Invalid("There is nothing to change.")
        return _changed(context, _contact(context, given.contact_id), changes)


class TagInput(ActionInput):
    """Tags to put on and to take off."""

    contact_id: Annotated[str | None, Field(title="Who", description="The one the run is about")] = None
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

    def perform(self, context: ActionContext, given: TagInput) -> ContactOutput:
        """Put on and take off. Tags that are there already change nothing."""
        contact = _contact(context, given.contact_id)
        kept = [tag for tag in contact.tags if tag not in given.remove]
        tags = [*kept, *(tag for tag in dict.fromkeys(given.add) if tag not in kept)]
        return _changed(context, contact, {"tags": tags})


def _contact(context: ActionContext, contact_id: str | None) -> Contact:
    wanted = contact_id or context.run.trigger.get("contact_id")
    if not wanted:
        raise Refused("This automation runs for no contact. Say who is meant.")
    return get_contact(context.session, wanted)


def _changed(context: ActionContext, contact: Contact, changes: dict[str, object]) -> ContactOutput:
    change_contact(context.session, contact, changes, actor=f"automation:{context.run.automation_id}", now=context.now)
    return ContactOutput(contact_id=contact.id, tags=contact.tags)
