"""An invoice will be due."""

from models.seed.automation_templates.parts import drawn, mail, on_date
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="invoice_before_due",
    category=TemplateCategory.MONEY,
    icon="receipt",
    name="A friendly word before the due date",
    description="Three days before an open invoice is due, a short mail with number and amount. Paid ones get none.",
    drawing=drawn(
        on_date("invoice.due_on", -3, label="Three days before an invoice is due", time="09:00"),
        mail(
            "remind",
            "Remind in time",
            "Invoice {{ trigger.subject.number | default:'of ours' }} is due soon",
            "invoice {{ trigger.subject.number | default:'of ours' }} over "
            "{{ trigger.subject.total_minor | money:trigger.subject.currency }} is due on {{ trigger.subject.due_on | date }}. "
            "If it is on its way already, thank you, and please ignore this mail.",
        ),
    ),
)
