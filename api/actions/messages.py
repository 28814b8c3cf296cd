"""Writing to people outside."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput
from api.emails import queue_mail
from models.queries.contacts import find_contact_by_email
from models.rules.contacts import normalised_email
from models.types.errors import Invalid


class MailInput(ActionInput):
    """One mail to one person."""

    to: Annotated[str, Field(title="To", description="A mail address", min_length=3, max_length=320)]
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

    def perform(self, context: ActionContext, given: MailInput) -> MailOutput:
        """Queue it, once per run, node and iteration. Raises Invalid for an address that cannot be one."""
        if normalised_email(given.to) is None:
            raise Invalid(f"“{given.to}” does not look like a mail address.", field="to")
        contact = find_contact_by_email(context.session, given.to)
        paragraphs = [block.strip().splitlines() for block in given.body.replace("\r\n", "\n").split("\n\n") if block.strip()]
        email = queue_mail(
            context.call,
            key=context.key,
            template="automations/message",
            to=contact or given.to.strip(),
            subject=" ".join(given.subject.split()),
            context={"paragraphs": paragraphs},
            is_marketing=given.is_marketing,
            engagement_id=context.run.engagement_id,
            subject_kind="automation_run",
            subject_id=context.run.id,
        )
        if email is None:
            return MailOutput()
        return MailOutput(email_id=email.id, message_id=email.message_id, is_queued=True)
