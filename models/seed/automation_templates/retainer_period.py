"""A retainer's next period is near."""

from models.seed.automation_templates.parts import CLIENT, drawn, on_date, task, tell_team
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="retainer_period",
    category=TemplateCategory.RETAINERS,
    icon="calendar-sync",
    name="Before a retainer's next period",
    description="Three days before the next period: a look at what is still open, and a word to the team. Paused retainers are left alone.",
    drawing=drawn(
        on_date("retainer.next_period_on", -3, label="Three days before the next period", time="09:00"),
        task("look", "Note the look back", f"What did {CLIENT} get this period, and what is planned for the next?", due=2),
        tell_team("post", "Tell the team", f"A new period of {CLIENT} begins in three days.", channel="money"),
    ),
)
