"""Asking people to fill in a form."""

from typing import Annotated

from api.actions.action import Action, ActionContext, picked, sample
from api.actions.messages import LinkMailInput, LinkMailOutput, mail_link
from models.queries.forms import get_form
from models.types.errors import Refused


class FormLinkInput(LinkMailInput):
    """Which form, and what the mail says."""

    form_id: Annotated[str, picked("Form", "forms")]


class SendForm(Action):
    """The address of a form, by mail."""

    name = "forms.send"
    title = "Send a form"
    icon = "clipboard-list"
    docs = "Mails the client the link to a published form. “Form submitted” waits for the answer."
    Input = FormLinkInput
    Output = LinkMailOutput
    client_facing = True
    needs = ("forms:read", "emails:write")
    example = sample(form_id="frm_01k7w3y6m0", text="A few questions before we begin.")

    def perform(self, context: ActionContext, given: FormLinkInput) -> LinkMailOutput:
        """Queue the mail, once per step. Raises Refused when the form is not published, or nobody has an address."""
        form = get_form(context.session, given.form_id)
        if form.status != "published":
            raise Refused(f"“{form.name}” is not open for answers. Publish it, then try again.", field="form_id")
        url = context.call.url(f"/f/{form.slug}")
        return mail_link(context, given, url=url, button="Answer the questions", subject=form.title or form.name)
