"""A task is late."""

from models.seed.automation_templates.parts import drawn, on_date, tell_owner, tell_team, wait_for
from models.types.automation_templates import AutomationTemplate, TemplateCategory

_TASK = "“{{ trigger.subject.title | default:'A task' }}”"

TEMPLATE = AutomationTemplate(
    key="task_overdue",
    category=TemplateCategory.DELIVERY,
    icon="siren",
    name="Overdue task",
    description="Reminds whoever has the task a day after it was due; two days later the owner and the team hear of it too.",
    drawing=drawn(
        on_date("task.due_on", 1, label="A day after a task was due", time="09:00"),
        tell_owner("remind", "Remind who has it", f"{_TASK} was due yesterday.", path="trigger.subject.assignee_id"),
        wait_for("done", "Until it is done", "task.completed", "subject_id", days=2),
        tell_owner("escalate", "Tell the owner", f"{_TASK} is three days late."),
        tell_team("post", "Tell the team", f"{_TASK} is three days late. Who can help?", channel="delivery"),
        ways=("trigger.ok>remind", "remind.ok>done", "done.timeout>escalate", "escalate.ok>post"),
    ),
)
