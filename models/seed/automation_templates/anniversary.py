"""A year since it began."""

from models.seed.automation_templates.parts import ABOUT, CLIENT, drawn, mail, on_date, task
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="anniversary",
    category=TemplateCategory.LOYALTY,
    icon="cake",
    name="Anniversary",
    description="A year after an engagement began, a personal word to the client, and a small present for you to think of.",
    drawing=drawn(
        on_date("engagement.created_at", 365, label="A year after it began", time="10:00"),
        mail(
            "congratulate",
            "Congratulate",
            "One year!",
            f"a year ago today we began with {ABOUT}. Thank you for the trust, the ideas and the patience. We are looking forward to the "
            "next one.",
        ),
        task("present", "Note a present", f"Send {CLIENT} a card or a small present", due=3),
    ),
)
