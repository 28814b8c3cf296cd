"""A project is done."""

from models.seed.automation_templates.parts import ABOUT, CLIENT, delay, drawn, mail, on_event, task, wait_for
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="testimonial",
    category=TemplateCategory.LOYALTY,
    icon="quote",
    name="Testimonial after a project",
    description="Three working days after a project is completed, asks for a testimonial, and reminds once when nothing comes.",
    drawing=drawn(
        on_event("project.completed", label="A project was completed"),
        delay("pause", "For three working days", 3, "business_days", working_hours=True),
        mail(
            "ask",
            "Ask for a testimonial",
            "How was it to work with us?",
            f"{ABOUT} is done, and we are curious: how was it to work with us? Two or three sentences that we may show others would help us a "
            "lot. Simply reply to this mail.",
        ),
        wait_for("answer", "Until they write", "message.received", "contact_id", days=7),
        task("use", "Note to use it", f"Thank {CLIENT} and put the testimonial on our site", due=3),
        mail(
            "remind",
            "Remind once",
            "One small favour",
            "may we remind you once of our question? One sentence is enough: what is better for you now than before?",
        ),
        ways=("trigger.ok>pause", "pause.ok>ask", "ask.ok>answer", "answer.ok>use", "answer.timeout>remind"),
    ),
)
