"""A proposal lies unanswered."""

from models.seed.automation_templates.parts import CLIENT, drawn, mail, on_date, task, tell_owner, wait_for
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="proposal_nudges",
    category=TemplateCategory.PROPOSALS,
    icon="file-clock",
    name="Proposal nudges",
    description="Asks after three days whether anything is unclear, once more four days later, and then has you call. Stops when the client writes, accepts or declines.",
    drawing=drawn(
        on_date("proposal.sent_at", 3, label="A proposal was sent three days ago", time="09:30", on_gone="cancel"),
        mail(
            "ask",
            "Ask whether anything is unclear",
            "Any questions about our proposal?",
            "our proposal has been with you for a few days. Is anything unclear, or is there something you would like us to change? "
            "A short reply to this mail is enough.",
        ),
        wait_for("answer", "Until they write", "message.received", "contact_id", days=4),
        mail(
            "remind",
            "Remind once more",
            "Shall we keep the dates for you?",
            "we are planning the coming weeks and would like to keep your dates free. Shall we? You can accept the proposal on its "
            "page, or tell us what still holds you back.",
        ),
        wait_for("later", "Until they write", "message.received", "contact_id", days=3),
        task(
            "call", "Note a call", f"Call {CLIENT} about the proposal", due=1, details="Two mails went out and nobody answered."
        ),
        tell_owner("tell", "Tell the owner", f"{CLIENT} has not answered the proposal in ten days. A call is noted for you."),
        ways=(
            "trigger.ok>ask",
            "ask.ok>answer",
            "answer.timeout>remind",
            "remind.ok>later",
            "later.timeout>call",
            "call.ok>tell",
        ),
    ),
)
