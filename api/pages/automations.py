"""Automations: the list, one with its steps, its runs and its versions."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import Response

from api.actions import catalogue
from api.automation_users import used_by_words
from api.deps import Call, Read, Write
from api.render import member_page, redirect
from api.routing import Router
from api.run_turns import turn_words
from models.commands.automations import (
    archive_automation,
    change_automation,
    problems_of,
    switch_off_automation,
    unarchive_automation,
)
from models.queries.automation_moves import count_live_by_version, count_run_moves, find_last_move
from models.queries.automation_runs import list_runs, list_runs_by_id
from models.queries.automations import automations_statement, count_runs_by_automation, get_automation, list_versions
from models.queries.members import list_members
from models.queries.run_rows import RunRow, run_rows
from models.rules.automation_change_words import move_words
from models.rules.automation_changes import drawing_changes
from models.rules.automation_outline import outline
from models.rules.automation_words import trigger_words
from models.tables.automation_moves import AutomationMove
from models.tables.automations import Automation, AutomationRun, AutomationVersion
from models.types.automation_outline import OutlineStep
from models.types.automations import Drawing, Problem
from models.types.principals import Door

router = Router("automations", Door.MEMBER)
_VIEWS = (("", "All"), ("published", "Published"), ("draft", "Drafts"), ("off", "Off"), ("archived", "Archived"))
_TABS = (("", "Steps"), ("runs", "Runs"), ("versions", "Versions"))


@dataclass(frozen=True, slots=True)
class AutomationRow:
    """One automation in the list."""

    automation: Automation
    starts: str
    """What starts it, in words."""
    run_count: int
    last_run: AutomationRun | None


@dataclass(frozen=True, slots=True)
class AutomationsPage:
    """The list under one filter."""

    rows: list[AutomationRow]
    views: list[dict[str, Any]]
    view: str
    text: str


@dataclass(frozen=True, slots=True)
class AutomationPage:
    """One automation."""

    automation: Automation
    used_by: str
    """The automations that call it, as a sentence."""
    tabs: list[dict[str, Any]]
    tab: str
    steps: list[OutlineStep]
    problems: list[Problem]
    """Those about no step of its own."""
    is_changed: bool
    """Whether a run would notice how the drawing differs from what was published last."""
    versions: list[AutomationVersion]
    runs: list[RunRow]
    turns: str
    """How many of its runs wait for their turn; empty when none does."""
    live_runs: dict[int, int]
    """Version to how many of its runs are not over."""
    last_move: AutomationMove | None
    moved: str
    """What became of the runs in it; empty when none was to do anything but finish."""


@router.get("/automations")
def index(call: Read, view: str = "", q: str = "") -> Response:
    """All automations, or those of one status."""
    wanted = automations_statement(status=None if view in ("", "archived") else view, text=q, is_archived=view == "archived")
    automations: list[Automation] = list(call.session.exec(wanted.order_by(Automation.name)))
    counts = count_runs_by_automation(call.session)
    last = list_runs_by_id(call.session, [last_id for _, last_id in counts.values()])
    rows = []
    for one in automations:
        count, last_id = counts.get(one.id, (0, ""))
        rows.append(AutomationRow(one, _starts(one), count, last.get(last_id)))
    views = [{"text": words, "href": f"/automations?view={key}", "current": key == view} for key, words in _VIEWS]
    return member_page(call, "automations/index.html", AutomationsPage(rows, views, view, q), nav="automations")


@router.get("/automations/{automation_id}")
def show(automation_id: str, call: Read, tab: str = "") -> Response:
    """One automation: its steps, its runs or its versions."""
    return _show(call, get_automation(call.session, automation_id), tab)


@router.post("/automations/{automation_id}")
def update(
    automation_id: str, call: Write, name: Annotated[str, Form()] = "", description: Annotated[str, Form()] = ""
) -> Response:
    """Rename it."""
    automation = get_automation(call.session, automation_id)
    change_automation(call.session, automation, {"name": name.strip(), "description": description.strip()})
    return redirect(call, f"/automations/{automation_id}", flash="Saved.")


@router.post("/automations/{automation_id}/off")
def switch_off(automation_id: str, call: Write) -> Response:
    """Start no more runs; those under way finish."""
    switch_off_automation(call.session, get_automation(call.session, automation_id), now=call.now)
    return redirect(call, f"/automations/{automation_id}", flash="It is off. Runs under way finish.")


@router.post("/automations/{automation_id}/archival")
def archive(automation_id: str, call: Write) -> Response:
    """Put it away, switched off."""
    archive_automation(call.session, get_automation(call.session, automation_id), now=call.now)
    return redirect(call, "/automations", flash="The automation is put away. You find it under Archived.")


@router.post("/automations/{automation_id}/unarchival")
def unarchive(automation_id: str, call: Write) -> Response:
    """Bring it back, off."""
    unarchive_automation(call.session, get_automation(call.session, automation_id))
    return redirect(call, f"/automations/{automation_id}", flash="It is back, and off until it is published again.")


def _starts(automation: Automation) -> str:
    head = Drawing(automation.drawing).trigger or {}
    settings = head.get("settings")
    return (trigger_words(settings) if isinstance(settings, dict) else "") or "Nothing yet"


def _show(call: Call, automation: Automation, tab: str) -> Response:
    actions = catalogue.schemas()
    problems = problems_of(call.session, automation, catalogue=actions)
    names = {member.id: member.name for member in list_members(call.session, with_archived=True)}
    versions = list_versions(call.session, automation.id)
    current = next((one for one in versions if one.number == automation.published_version), None)
    drawing = Drawing(automation.drawing)
    placed = {str(node.get("id")) for node in drawing.nodes}
    move = find_last_move(call.session, automation.id)
    path = f"/automations/{automation.id}"
    page = AutomationPage(
        automation=automation,
        used_by=used_by_words(call, automation.id),
        tabs=[{"text": words, "href": f"{path}?tab={key}" if key else path, "current": key == tab} for key, words in _TABS],
        tab=tab,
        steps=outline(drawing, catalogue=actions, problems=problems, names=names),
        problems=[one for one in problems if one.node_id not in placed],
        is_changed=current is not None and drawing_changes(Drawing(current.drawing), drawing).is_felt,
        versions=versions,
        runs=run_rows(call.session, list_runs(call.session, automation_id=automation.id)) if tab == "runs" else [],
        turns=turn_words(call, automation.id),
        live_runs=count_live_by_version(call.session, automation.id),
        last_move=move,
        moved=move_words(count_run_moves(call.session, move.id)) if move else "",
    )
    return member_page(call, "automations/show.html", page, nav="automations")
