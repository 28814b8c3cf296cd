"""The contract is signed."""

from models.seed.automation_templates.parts import ABOUT, CLIENT, drawn, mail, on_event, task, tell_team, wait_for
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="signed_kickoff",
    category=TemplateCategory.ONBOARDING,
    icon="party-popper",
    name="Signed, then kickoff",
    description="Celebrates with the team, tells the client what comes next, notes the preparation, and asks again when no call is booked.",
    drawing=drawn(
        on_event("contract.completed", label="The contract is signed by everybody"),
        tell_team("post", "Tell the team", f"{CLIENT} has signed {ABOUT}. Let us begin!"),
        mail(
            "next",
            "Say what comes next",
            "We are on: what happens next",
            f"thank you for your trust. {ABOUT} is signed, and these are the next steps:\n\n"
            "1. We meet for a kickoff call. You find the link to book it in your portal.\n"
            "2. You give us access to what we need.\n"
            "3. We send you the plan with all dates.\n\n"
            "We look forward to working with you.",
        ),
        task(
            "prepare",
            "Note the preparation",
            f"Prepare the kickoff with {CLIENT}",
            due=2,
            details="Agenda, access list, plan, who does what.",
        ),
        wait_for("booked", "Until the call is booked", "booking.made", "engagement_id", days=3),
        mail(
            "ask",
            "Ask for a date",
            "When shall we meet?",
            "we would like to begin soon. Please pick a time for our kickoff call in your portal, or reply with two dates that suit you.",
        ),
        ways=(
            "trigger.ok>post",
            "post.ok>next",
            "next.ok>prepare",
            "prepare.ok>booked",
            "booked.timeout>ask",
        ),
    ),
)
