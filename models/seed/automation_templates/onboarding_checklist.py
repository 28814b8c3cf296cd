"""The work begins."""

from models.seed.automation_templates.parts import ABOUT, CLIENT, compare, delay, drawn, mail, on_event, task
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="onboarding_checklist",
    category=TemplateCategory.ONBOARDING,
    icon="list-checks",
    name="Onboarding checklist",
    description="When an engagement becomes active: the four things nobody may forget as tasks, and a check-in with the client after a week.",
    drawing=drawn(
        on_event("engagement.status_changed", label="Work begins", filter=compare("eq", "trigger.event.to", "active")),
        task("access", "Collect access and files", f"Collect the access and files of {CLIENT}", due=1),
        task("invite", "Invite to the portal", f"Invite {CLIENT} to the portal", due=1),
        task("plan", "Share the plan", f"Share the plan of {ABOUT} with {CLIENT}", due=3),
        task("channel", "Agree on reports", f"Agree with {CLIENT} how and how often we report", due=3),
        delay("week", "For a week", 5, "business_days", working_hours=True),
        mail(
            "check_in",
            "Ask how the first week was",
            "How was our first week?",
            "one week in: is everything as you expected? Tell us now what we should do differently; it is easiest to change early.",
        ),
    ),
)
