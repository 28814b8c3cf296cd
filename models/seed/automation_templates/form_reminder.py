"""The client owes us a questionnaire."""

from models.seed.automation_templates.parts import CLIENT, delay, drawn, mail, on_event, tell_owner, wait_for
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="form_reminder",
    category=TemplateCategory.ONBOARDING,
    icon="clipboard-list",
    name="Reminder of the questionnaire",
    description="Asks for the questionnaire after the signature, reminds after three and seven days, and tells you when nothing came.",
    drawing=drawn(
        on_event("contract.completed", label="The contract is signed by everybody"),
        delay("pause", "Two working hours later", 2, "business_hours"),
        mail(
            "ask",
            "Ask for the questionnaire",
            "A few questions before we begin",
            "so that we start with what matters to you, please fill in our short questionnaire. You find it in your portal.",
        ),
        wait_for("first", "Until it comes", "submission.accepted", "contact_id", days=3),
        mail(
            "remind",
            "Remind",
            "Your answers are still missing",
            "we are ready to begin, and only your answers are missing. It takes about ten minutes. If a question is unclear, just reply.",
        ),
        wait_for("second", "Until it comes", "submission.accepted", "contact_id", days=4),
        tell_owner("tell", "Tell the owner", f"{CLIENT} has not answered the questionnaire in a week."),
        ways=(
            "trigger.ok>pause",
            "pause.ok>ask",
            "ask.ok>first",
            "first.timeout>remind",
            "remind.ok>second",
            "second.timeout>tell",
        ),
    ),
)
