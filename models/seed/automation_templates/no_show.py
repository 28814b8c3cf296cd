"""A call was due; did they come?"""

from models.seed.automation_templates.parts import CLIENT, drawn, mail, node, task, tell_owner, wait_for
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="no_show",
    category=TemplateCategory.BOOKINGS,
    icon="user-x",
    name="No-show follow-up",
    description="Asks the host after each call whether the client came. If not: offers a new date kindly, and tells you when none is booked.",
    drawing=drawn(
        node(
            "trigger",
            "trigger",
            "A quarter of an hour after a call",
            kind="date",
            type="booking.ends_at",
            offset={"amount": 15, "unit": "minutes"},
        ),
        node(
            "came",
            "approval",
            "Did they come?",
            approvers={"value": ["role:owner"]},
            message={"text": f"Did {CLIENT} come to the call? Approve for yes, reject for no."},
            timeout={"amount": 2, "unit": "days"},
        ),
        task("notes", "Note the minutes", f"Write down what was agreed with {CLIENT}", due=1),
        mail(
            "missed",
            "Offer another date",
            "Sorry we missed each other",
            "we waited for you in our call and hope all is well. These things happen: simply pick another time, the link in your "
            "confirmation still works.",
        ),
        wait_for("again", "Until they book again", "booking.made", "contact_id", days=3),
        tell_owner("tell", "Tell the owner", f"{CLIENT} missed a call and has booked no other."),
        ways=(
            "trigger.ok>came",
            "came.approved>notes",
            "came.rejected>missed",
            "missed.ok>again",
            "again.timeout>tell",
        ),
    ),
)
