"""A payment did not go through."""

from models.seed.automation_templates.parts import CLIENT, drawn, mail, on_event, tell_owner, wait_for
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="payment_failed",
    category=TemplateCategory.MONEY,
    icon="credit-card",
    name="Failed payment",
    description="Tells the client at once and without blame that their payment failed, and you when none follows in three days.",
    drawing=drawn(
        on_event("payment.failed", label="A payment failed", concurrency={"key": "trigger.contact_id", "policy": "skip"}),
        mail(
            "say",
            "Say it at once",
            "Your payment did not go through",
            "your bank did not let the last payment through. Often the card has a limit or has expired. Please try again on the invoice's "
            "page, with another card if you like. Nothing else changes for you meanwhile.",
        ),
        wait_for("paid", "Until a payment arrives", "payment.succeeded", "contact_id", days=3),
        tell_owner("tell", "Tell the owner", f"A payment of {CLIENT} failed three days ago and none followed."),
        ways=("trigger.ok>say", "say.ok>paid", "paid.timeout>tell"),
    ),
)
