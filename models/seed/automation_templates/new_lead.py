"""A form came in."""

from models.seed.drawings import new_lead_drawing
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="new_lead",
    category=TemplateCategory.LEADS,
    icon="sparkles",
    name="New lead",
    description="Thanks the lead, tells the team, notes a follow-up and reminds when no proposal goes out in three days.",
    drawing=new_lead_drawing(),
)
