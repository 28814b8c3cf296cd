"""An invoice is overdue."""

from models.seed.automation_templates.parts import CLIENT, drawn, mail, on_date, task, tell_team, wait_for
from models.types.automation_templates import AutomationTemplate, TemplateCategory

_NUMBER = "{{ trigger.subject.number | default:'of ours' }}"

TEMPLATE = AutomationTemplate(
    key="invoice_chasing",
    category=TemplateCategory.MONEY,
    icon="alarm-clock",
    name="Invoice chasing",
    description="A kind mail the day after the due date, a clear one a week later, and a call for you after that. Stops with the payment.",
    drawing=drawn(
        on_date("invoice.due_on", 1, label="A day after an invoice was due", time="09:00"),
        mail(
            "kind",
            "Ask kindly",
            f"Invoice {_NUMBER} is waiting",
            f"invoice {_NUMBER} over {{{{ trigger.subject.total_minor | money:trigger.subject.currency }}}} was due on "
            "{{ trigger.subject.due_on | date }}, and we cannot see a payment yet. Did it get lost? You can pay with one click on the "
            "invoice's page.",
        ),
        wait_for("week", "Until it is paid", "invoice.paid", "subject_id", days=7),
        mail(
            "clear",
            "Ask clearly",
            f"Invoice {_NUMBER} is overdue",
            f"invoice {_NUMBER} is a week overdue. Please pay it within the next seven days, or tell us what holds it up, so that we find "
            "a way together.",
        ),
        wait_for("last", "Until it is paid", "invoice.paid", "subject_id", days=7),
        task(
            "call",
            "Note a call",
            f"Call {CLIENT} about invoice {_NUMBER}",
            due=1,
            details="Two mails went out. Agree on a date or on instalments.",
        ),
        tell_team("post", "Tell the team", f"{CLIENT} has not paid invoice {_NUMBER} for two weeks.", channel="money"),
        ways=(
            "trigger.ok>kind",
            "kind.ok>week",
            "week.timeout>clear",
            "clear.ok>last",
            "last.timeout>call",
            "call.ok>post",
        ),
    ),
)
