"""A lead was lost."""

from models.seed.automation_templates.parts import CLIENT, drawn, mail, on_event, tell_owner, wait_for
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="lost_lead",
    category=TemplateCategory.LEADS,
    icon="life-buoy",
    name="Lost lead follow-up",
    description="Six weeks after a lead was lost, asks once whether the need is still there, and tells you when they answer.",
    drawing=drawn(
        on_event("engagement.lost", label="An engagement was lost"),
        wait_for("again", "For six weeks, unless they come back", "engagement.opened", "contact_id", days=42),
        mail(
            "ask",
            "Ask once more",
            "Still on your list?",
            "some weeks ago we talked about {{ trigger.engagement.title | default:'a project' }}. Is it still on your list? If the timing is "
            "better now, we would be glad to pick it up. If not, no answer is needed.",
            is_marketing=True,
        ),
        wait_for("answer", "Until they answer", "message.received", "contact_id", days=14),
        tell_owner("tell", "Tell the owner", f"{CLIENT} answered after being lost. Have a look."),
        ways=("trigger.ok>again", "again.timeout>ask", "ask.ok>answer", "answer.ok>tell"),
    ),
)
