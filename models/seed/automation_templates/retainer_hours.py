"""A retainer's hours run out."""

from models.seed.automation_templates.parts import CLIENT, compare, drawn, mail, on_event, task, tell_owner
from models.types.automation_templates import AutomationTemplate, TemplateCategory

TEMPLATE = AutomationTemplate(
    key="retainer_hours",
    category=TemplateCategory.RETAINERS,
    icon="gauge",
    name="Retainer hours at 80 %",
    description="As soon as four fifths of a period's hours are used: tells you, tells the client before it gets dear, and notes the talk.",
    drawing=drawn(
        on_event(
            "retainer.hours_reached",
            label="80 % of the hours are used",
            filter=compare("eq", "trigger.event.percent", 80),
        ),
        tell_owner("tell", "Tell the owner", f"80 % of the hours of {CLIENT} are used in this period."),
        mail(
            "say",
            "Tell the client in time",
            "Four fifths of this period's hours are used",
            "a short word in time: 80 % of the hours of {{ trigger.subject.name | default:'your retainer' }} are used in this period. We can "
            "add hours, move less urgent work to the next period, or stop at the limit. What suits you best?",
        ),
        task("talk", "Note the talk", f"Agree with {CLIENT} how to go on in this period", due=2),
    ),
)
