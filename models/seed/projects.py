"""The project templates of the demo workspace."""

from typing import Any

from sqlmodel import Session

from models.commands.project_templates import add_project_template
from models.tables.projects import ProjectTemplate


def _task(title: str, due_in_days: int | None = None, role: str = "", **more: Any) -> dict[str, Any]:
    return {"title": title, "due_in_days": due_in_days, "role": role, **more}


WEBSITE = {
    "boards": [
        {
            "name": "Website",
            "is_shared": True,
            "groups": [
                {
                    "name": "To do",
                    "tasks": [
                        _task("Send us your texts and pictures", 5, "client", is_shared=True, for_client=True),
                        _task("Kickoff notes", 1, "lead", is_shared=True, checklist=["Goals", "Dates", "Who decides"]),
                        _task("Site map", 4, "lead", is_shared=True),
                        _task("Design of the home page", 8, "Design", is_shared=True),
                        _task("Approve the home page", 11, "client", is_shared=True, for_client=True),
                        _task("Build the templates", 18, "Development", is_shared=True),
                        _task("Fill in the content", 22, "Development", is_shared=True),
                        _task(
                            "Test on phones and with a keyboard",
                            24,
                            "Development",
                            checklist=["iOS", "Android", "Keyboard", "Screen reader"],
                        ),
                    ],
                },
                {"name": "Doing", "tasks": []},
                {"name": "Review", "tasks": []},
                {"name": "Done", "tasks": []},
            ],
        },
        {
            "name": "Behind the scenes",
            "groups": [
                {"name": "To do", "tasks": [_task("Set up hosting", 3, "Development"), _task("Order fonts", 3, "Design")]},
                {"name": "Done", "tasks": []},
            ],
        },
    ]
}
IDENTITY = {
    "boards": [
        {
            "name": "Identity",
            "is_shared": True,
            "groups": [
                {
                    "name": "To do",
                    "tasks": [
                        _task("Workshop", 3, "lead", is_shared=True),
                        _task("Three directions", 10, "Design", is_shared=True),
                        _task("Choose a direction", 13, "client", is_shared=True, for_client=True),
                        _task("Logo, colours, type", 20, "Design", is_shared=True),
                        _task("Guide", 25, "Design", is_shared=True),
                    ],
                },
                {"name": "Doing", "tasks": []},
                {"name": "Done", "tasks": []},
            ],
        }
    ]
}


def add_project_templates(session: Session) -> list[ProjectTemplate]:
    """A website and an identity, each with its tasks, dates and roles."""
    return [
        add_project_template(session, name="Website", structure=WEBSITE),
        add_project_template(session, name="Brand identity", structure=IDENTITY),
    ]
