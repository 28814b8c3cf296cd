"""A retainer has run for almost a year."""

from models.seed.automation_templates.parts import CLIENT, drawn, mail, on_event, task, wait_for
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="retainer_renewal",
    category=TemplateCategory.RETAINERS,
    icon="repeat",
    name="Retainer renewal",
    description="Eleven months after a retainer began, prepares the talk about the next year with the client. A retainer that ended is left alone.",
    drawing=drawn(
        on_event("retainer.started", label="A retainer began"),
        wait_for("year", "For eleven months, unless it ends", "retainer.ended", "subject_id", days=335),
        task("review", "Note the review of the year", f"Review the year with {CLIENT}: hours, results, price", due=5),
        mail(
            "ask",
            "Invite to talk",
            "Our next year together",
            "almost a year ago we began to work for you month by month. Shall we take half an hour to look at what went well, what you need "
            "more or less of, and how we go on? Reply with two dates that suit you.",
        ),
        ways=("trigger.ok>year", "year.timeout>review", "review.ok>ask"),
    ),
)
