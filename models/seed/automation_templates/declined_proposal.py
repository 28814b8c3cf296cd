"""A proposal was declined."""

from models.seed.automation_templates.parts import CLIENT, delay, drawn, mail, on_event, task, tell_team
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="declined_proposal",
    category=TemplateCategory.PROPOSALS,
    icon="file-x",
    name="Learn from a declined proposal",
    description="Tells the team, asks the client kindly for the reason on the next working day, and notes a review for you.",
    drawing=drawn(
        on_event("proposal.declined", label="A proposal was declined"),
        tell_team("post", "Tell the team", f"{CLIENT} declined our proposal."),
        delay("pause", "Until the next working day", 1, "business_days"),
        mail(
            "ask",
            "Ask for the reason",
            "Thank you for your answer",
            "thank you for telling us openly. One question, if you have a minute: what made the difference? The price, the timing, or "
            "something we missed? Your answer helps us to do better.",
        ),
        task("review", "Note a review", f"Look at what {CLIENT} answered", due=5),
    ),
)
