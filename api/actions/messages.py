"""Writing to people outside."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, about_contact, picked, sample
from api.emails import queue_mail
from api.messages import send_message
from models.commands.conversations import client_conversation
from models.queries.contacts import find_contact_by_email
from models.rules.contacts import normalised_email
from models.types.errors import Invalid, Refused


class MailInput(ActionInput):
    """One mail to one person."""

    to: Annotated[
        str,
        Field(title="To", description="A mail address", min_length=3, max_length=320, json_schema_extra={"x-recipient": True}),
    ]
    subject: Annotated[str, Field(title="Subject", min_length=1, max_length=300)]
    body: Annotated[str, Field(title="Text", description="Blank lines part paragraphs", min_length=1, max_length=50_000)]
    is_marketing: Annotated[
        bool, Field(title="Nobody asked for it", description="Carries an unsubscribe link; not sent to those who used it")
    ] = False


class MailOutput(ActionOutput):
    """What became of the mail. Empty texts when it was not queued, because its reader unsubscribed."""

    email_id: str = ""
    message_id: str = ""
    is_queued: bool = False


class SendMail(Action):
    """A mail in the studio's brand, queued with the run's turn and sent by the mailer."""

    name = "messages.send_mail"
    title = "Send mail"
    icon = "mail"
    docs = "Sends one mail in your brand. It goes out once, even when the step is tried again."
    Input = MailInput
    Output = MailOutput
    client_facing = True
    emits = ("email.sent", "email.refused")
    needs = ("emails:write",)
    example = sample(
        to="ada@byron-mills.example",
        subject="Thank you for your enquiry",
        body="Hello Ada,\n\nwe read it and answer by tomorrow evening.",
    )

    def perform(self, context: ActionContext, given: MailInput) -> MailOutput:
        """Queue it, once per run, node and iteration. Raises Invalid for an address that cannot be one."""
        if normalised_email(given.to) is None:
            raise Invalid(f"“{given.to}” does not look like a mail address.", field="to")
        contact = find_contact_by_email(context.session, given.to)
        email = queue_mail(
            context.call,
            key=context.key,
            template="automations/message",
            to=contact or given.to.strip(),
            subject=" ".join(given.subject.split()),
            context={"paragraphs": _paragraphs(given.body)},
            is_marketing=given.is_marketing,
            engagement_id=context.run.engagement_id,
            subject_kind="automation_run",
            subject_id=context.run.id,
        )
        if email is None:
            return MailOutput()
        return MailOutput(email_id=email.id, message_id=email.message_id, is_queued=True)


class TalkInput(ActionInput):
    """What is said to the client."""

    text: Annotated[str, Field(title="Text", min_length=1, max_length=10_000)]
    contact_id: Annotated[str | None, about_contact("To")] = None
    engagement_id: Annotated[str | None, picked("About", "engagements", "The one the run is about")] = None


class TalkOutput(ActionOutput):
    """Where it stands."""

    message_id: str
    conversation_id: str


class WriteToClient(Action):
    """A message in the talk with a client."""

    name = "messages.write_to_client"
    title = "Write to the client"
    icon = "messages-square"
    docs = "Says something in the conversation with the client: in their portal and by mail. Their answer comes into your inbox."
    Input = TalkInput
    Output = TalkOutput
    client_facing = True
    emits = ("message.posted",)
    needs = ("conversations:write",)
    example = sample(text="Your kick-off is on Monday at ten.")

    def perform(self, context: ActionContext, given: TalkInput) -> TalkOutput:
        """Say it, once per run, node and iteration."""
        contact = context.contact(given.contact_id)
        about = given.engagement_id or context.run.engagement_id
        engagement_id = context.engagement(about).id if about else None
        talk = client_conversation(context.session, contact.id, engagement_id)
        message = send_message(
            context.call,
            talk,
            given.text,
            author=context.actor,
            author_name=context.call.workspace.name,
            key=context.key,
            via="automation",
        )
        return TalkOutput(message_id=message.id, conversation_id=talk.id)


class LinkMailInput(ActionInput):
    """Who gets a link, and what stands above it."""

    contact_id: Annotated[str | None, about_contact("To")] = None
    subject: Annotated[str, Field(title="Subject", description="A plain one, when left out", max_length=300)] = ""
    text: Annotated[str, Field(title="Text", description="Stands above the button", max_length=20_000)] = ""


class LinkMailOutput(ActionOutput):
    """The mail, and the address in it."""

    email_id: str
    url: str


def mail_link(context: ActionContext, given: LinkMailInput, *, url: str, button: str, subject: str) -> LinkMailOutput:
    """Queue a mail with one thing to do, once per step. Raises Refused when its reader has no mail address."""
    contact = context.contact(given.contact_id)
    email = queue_mail(
        context.call,
        key=context.key,
        template="automations/link",
        to=contact,
        subject=" ".join((given.subject or subject).split()),
        context={"name": contact.name, "paragraphs": _paragraphs(given.text), "button_text": button, "url": url},
        engagement_id=context.run.engagement_id,
        subject_kind="automation_run",
        subject_id=context.run.id,
    )
    if email is None:
        raise Refused(f"{contact.name} has no mail address. Add one, then try again.", field="contact_id")
    return LinkMailOutput(email_id=email.id, url=url)


def _paragraphs(text: str) -> list[list[str]]:
    """The lines of each paragraph; blank lines part paragraphs."""
    return [block.strip().splitlines() for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
