"""A call comes near."""

from models.seed.automation_templates.parts import drawn, mail, node, on_date
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="booking_reminders",
    category=TemplateCategory.BOOKINGS,
    icon="calendar-clock",
    name="Booking reminders",
    description="A mail the day before a call and a short one an hour before. A call that is moved moves them; one that is cancelled ends them.",
    drawing=drawn(
        on_date("booking.starts_at", -1, label="A day before a call"),
        mail(
            "day",
            "Remind the day before",
            "Our call tomorrow",
            "a short reminder of our call on {{ trigger.subject.starts_at | datetime }}. The link and the way to move it are in your "
            "confirmation.",
        ),
        node(
            "hour",
            "wait_until",
            "Until an hour before",
            at={"path": "trigger.subject.starts_at"},
            offset={"amount": -1, "unit": "hours"},
            past="branch",
        ),
        mail("soon", "Remind an hour before", "See you in an hour", "we start in an hour. See you there!"),
        ways=("trigger.ok>day", "day.ok>hour", "hour.ok>soon"),
    ),
)
