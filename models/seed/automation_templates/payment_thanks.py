"""An invoice was paid."""

from models.seed.automation_templates.parts import compare, decide, delay, drawn, mail, on_event
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="payment_thanks",
    category=TemplateCategory.MONEY,
    icon="heart-handshake",
    name="Thanks for a payment, then a review",
    description="Thanks for every payment. Where the work is closed with it, asks for a review three working days later.",
    drawing=drawn(
        on_event("invoice.paid", label="An invoice was paid"),
        mail(
            "thanks",
            "Say thank you",
            "Thank you for your payment",
            "your payment for invoice {{ trigger.subject.number | default:'of ours' }} has arrived. Thank you!",
        ),
        decide("closed", "Is the work done?", done=compare("eq", "trigger.engagement.status", "closed")),
        delay("pause", "For three working days", 3, "business_days", working_hours=True),
        mail(
            "review",
            "Ask for a review",
            "Two sentences from you?",
            "it was good to work with you. Would you write two or three sentences about it that we may show others? Simply reply to this "
            "mail. It helps a small studio more than anything.",
        ),
        ways=("trigger.ok>thanks", "thanks.ok>closed", "closed.done>pause", "pause.ok>review"),
    ),
)
