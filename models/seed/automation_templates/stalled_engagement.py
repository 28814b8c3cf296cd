"""Nothing has moved for two weeks."""

from models.seed.automation_templates.parts import ABOUT, CLIENT, compare, drawn, on_date, task, tell_owner
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="stalled_engagement",
    category=TemplateCategory.LEADS,
    icon="circle-pause",
    name="Stalled lead",
    description="A lead that has not moved for two weeks comes back to your desk, before it goes cold.",
    drawing=drawn(
        on_date(
            "engagement.status_since",
            14,
            label="Two weeks without a move",
            time="09:00",
            filter=compare("eq", "trigger.engagement.status", "lead"),
        ),
        tell_owner("tell", "Tell the owner", f"{ABOUT} of {CLIENT} has not moved for two weeks."),
        task("decide", "Note the decision", f"Go on with {CLIENT}, or let go?", due=2),
    ),
)
