"""A proposal big enough for four eyes."""

from models.seed.automation_templates.parts import action, compare, decide, drawn, node, tell_owner
from models.types.automation_templates import AutomationTemplate, TemplateCategory

_TITLE = "“{{ trigger.subject.title | default:'A proposal' }}”"

TEMPLATE = AutomationTemplate(
    key="large_proposal",
    category=TemplateCategory.PROPOSALS,
    icon="shield-check",
    name="Four eyes for large proposals",
    description="Started by hand on a draft: above 10,000 an owner of the studio has to agree before it goes out; smaller ones go at once.",
    drawing=drawn(
        node("trigger", "trigger", "By hand, on a proposal", kind="manual", noun="proposal"),
        decide("large", "Is it large?", large=compare("gte", "trigger.subject.total_minor", 1_000_000)),
        node(
            "agree",
            "approval",
            "An owner agrees",
            approvers={"value": ["role:owner"]},
            message={"text": f"May we send {_TITLE}? It comes to more than 10,000."},
        ),
        action("send", "Send the proposal", "proposals.send", proposal_id={"path": "trigger.subject_id"}),
        tell_owner("told", "Tell who wrote it", f"{_TITLE} was not approved. Look at the note, change it and start again."),
        ways=("trigger.ok>large", "large.large>agree", "large.else>send", "agree.approved>send", "agree.rejected>told"),
    ),
)
