"""Project templates: the list, and the editor of a structure, which works as one plain form."""

import re
from dataclasses import dataclass, field
from typing import Any

from fastapi.responses import Response
from sqlmodel import col

from api.attempts import attempt
from api.automation_users import used_by_words
from api.deps import Call, Read, Write
from api.files import Posted, PostedForm
from api.render import member_page, redirect
from api.routing import Router
from models.commands.project_templates import (
    add_project_template,
    archive_project_template,
    change_project_template,
    unarchive_project_template,
)
from models.queries.projects import get_project_template, project_templates_matching
from models.rules.projects import read_structure
from models.tables.projects import ProjectTemplate
from models.types.principals import Door

router = Router("project_templates", Door.MEMBER, prefix="")

_PLACE = re.compile(r"b(\d{1,2})(?:g(\d{1,2})(?:t(\d{1,3}))?)?\.(\w+)")
"""Names of the editor's fields: b0.name, b0g1.name, b0g1t4.title."""
_COLUMNS = ("To do", "Doing", "Done")
_FIRST: list[dict[str, Any]] = [
    {"name": "Board", "is_shared": False, "groups": [{"name": name, "tasks": []} for name in _COLUMNS]}
]
_TASK: dict[str, Any] = {
    **dict.fromkeys(("title", "description", "role"), ""),
    **dict.fromkeys(("is_shared", "for_client"), False),
    "due_in_days": None,
    "checklist": [],
}


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template in the list."""

    template: ProjectTemplate
    boards: int
    tasks: int


@dataclass(frozen=True, slots=True)
class TemplatesPage:
    """`project_templates/index.html`."""

    rows: list[TemplateRow]
    is_archived: bool


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """`project_templates/edit.html`. boards: as stored, with the unfinished rows that were typed."""

    template: ProjectTemplate | None
    name: str
    boards: list[dict[str, Any]]
    roles: list[str]
    errors: dict[str, str] = field(default_factory=dict)
    used_by: str = ""
    """The automations that would miss it, as a sentence."""


@router.get("/project_templates")
def index(call: Read, archived: bool = False) -> Response:
    """All templates."""
    statement = project_templates_matching(is_archived=archived).order_by(col(ProjectTemplate.name))
    rows = [_row(template) for template in call.session.exec(statement).all()]
    return member_page(call, "project_templates/index.html", TemplatesPage(rows=rows, is_archived=archived), nav="projects")


@router.get("/project_templates/new")
def new(call: Read) -> Response:
    """The editor with a board of three columns."""
    return _editor(call, None, "", _FIRST)


@router.post("/project_templates")
def create(call: Write, posted: Posted) -> Response:
    """Add a template."""
    name, boards = posted.value("name"), _boards(posted)
    made: list[ProjectTemplate] = []
    errors = attempt(
        call, lambda: made.append(add_project_template(call.session, name=name, structure={"boards": _named_only(boards)}))
    )
    if errors:
        return _editor(call, None, name, boards, errors)
    return redirect(call, f"/project_templates/{made[0].id}", flash="Template added")


@router.get("/project_templates/{template_id}")
def edit(template_id: str, call: Read) -> Response:
    """The editor of a template."""
    template = get_project_template(call.session, template_id)
    return _editor(call, template, template.name, template.structure.get("boards", []))


@router.post("/project_templates/{template_id}")
def update(template_id: str, call: Write, posted: Posted) -> Response:
    """Save a template; projects that began with it stay as they are."""
    template = get_project_template(call.session, template_id)
    name, boards = posted.value("name"), _boards(posted)
    structure = {"boards": _named_only(boards)}
    errors = attempt(call, lambda: change_project_template(call.session, template, name=name, structure=structure))
    if errors:
        return _editor(call, template, name, boards, errors)
    return redirect(call, f"/project_templates/{template.id}", flash="Saved. Projects that began with it stay as they are.")


@router.post("/project_templates/{template_id}/archive")
def create_archive(template_id: str, call: Write) -> Response:
    """Offer the template no more."""
    archive_project_template(call.session, get_project_template(call.session, template_id), now=call.now)
    return redirect(call, "/project_templates", flash="The template is put away.")


@router.post("/project_templates/{template_id}/unarchive")
def create_unarchive(template_id: str, call: Write) -> Response:
    """Offer the template again."""
    unarchive_project_template(call.session, get_project_template(call.session, template_id))
    return redirect(call, f"/project_templates/{template_id}", flash="The template is back.")


def _row(template: ProjectTemplate) -> TemplateRow:
    boards = read_structure(template.structure)
    return TemplateRow(template, len(boards), sum(len(group.tasks) for board in boards for group in board.groups))


def _editor(
    call: Call, template: ProjectTemplate | None, name: str, boards: list[dict[str, Any]], errors: dict[str, str] | None = None
) -> Response:
    roles = ["lead", "client"]
    used_by = used_by_words(call, template.id) if template else ""
    page = TemplatePage(template=template, name=name, boards=boards, roles=roles, errors=errors or {}, used_by=used_by)
    return member_page(call, "project_templates/edit.html", page, nav="projects", status=422 if errors else 200)


def _boards(posted: PostedForm) -> list[dict[str, Any]]:
    """The structure that the fields describe, in their order, with rows left empty dropped."""
    boards: dict[str, dict[str, Any]] = {}
    for name in sorted(posted.values, key=_order):
        place = _PLACE.fullmatch(name)
        if place is None:
            continue
        board_at, group_at, task_at, key = place.groups()
        thing = boards.setdefault(board_at, {"name": "", "is_shared": False, "groups": {}})
        if group_at is not None:
            thing = thing["groups"].setdefault(group_at, {"name": "", "tasks": {}})
        if task_at is not None:
            thing = thing["tasks"].setdefault(task_at, dict(_TASK))
        thing[key] = _value(key, posted.value(name))
    return [
        {**board, "groups": [{**group, "tasks": list(group["tasks"].values())} for group in board["groups"].values()]}
        for board in boards.values()
    ]


def _order(name: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", name))


def _value(key: str, text: str) -> Any:
    if key in ("is_shared", "for_client"):
        return text == "on"
    if key == "checklist":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if key == "due_in_days":
        return _days(text)
    return text


def _days(text: str) -> int | str | None:
    """A number; what is none stays as typed, for the rule to refuse and the form to show."""
    try:
        return int(text) if text.strip() else None
    except ValueError:
        return text


def _named_only(boards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the spare rows: a row is kept when it has a name. Raises nothing; a nameless board with groups is refused later."""
    return [
        {
            **board,
            "groups": [
                {**group, "tasks": [task for task in group["tasks"] if str(task.get("title", "")).strip()]}
                for group in board["groups"]
                if str(group.get("name", "")).strip() or any(str(task.get("title", "")).strip() for task in group["tasks"])
            ],
        }
        for board in boards
        if str(board.get("name", "")).strip() or any(str(group.get("name", "")).strip() for group in board["groups"])
    ]
