"""Clients like to hear where things stand, every week."""

from models.seed.automation_templates.parts import action, drawn, node, tell_team
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="friday_status",
    category=TemplateCategory.DELIVERY,
    icon="calendar-check",
    name="Weekly status mails",
    description="Every Friday at one: asks the team for this week's status mails, and reminds the owners an hour before the week ends.",
    drawing=drawn(
        node("trigger", "trigger", "Every Friday at one", kind="schedule", cron="0 13 * * 5"),
        tell_team(
            "ask",
            "Ask the team",
            "It is Friday. Please write every client whose project is under way: what we did, what comes next, what we need from them. "
            "Five sentences are enough.",
            channel="delivery",
        ),
        node("later", "wait_until", "Until four", time="16:00"),
        action(
            "tell",
            "Remind the owners",
            "members.notify",
            text={"text": "Have all clients heard from us this week? An hour is left."},
        ),
    ),
)
