"""A client has not come back for half a year."""

from models.seed.automation_templates.parts import CLIENT, compare, decide, drawn, mail, on_event, task, wait_for
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="win_back",
    category=TemplateCategory.LOYALTY,
    icon="undo-2",
    name="Win-back after six months",
    description="Half a year after an engagement was closed and nothing new began, writes to the client, unless they unsubscribed.",
    drawing=drawn(
        on_event("engagement.closed", label="An engagement was closed"),
        wait_for("new", "For six months, unless something new begins", "engagement.opened", "contact_id", days=182),
        decide("may", "May we write?", no=compare("eq", "trigger.contact.is_unsubscribed", True)),
        mail(
            "write",
            "Ask how it goes",
            "How is it going?",
            "it has been half a year since we finished our work for you. How is it going? If something should be changed, extended or "
            "begun anew, we would be glad to hear of it.",
            is_marketing=True,
        ),
        task("call", "Note a call", f"Call {CLIENT}: half a year since the last project", due=5),
        ways=("trigger.ok>new", "new.timeout>may", "may.no>call", "may.else>write", "write.ok>call"),
    ),
)
