"""Publishing without the builder: what changes, and what becomes of every live run, in a plain form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import Response

from api.actions import catalogue
from api.automation_moves import publish, undo_move
from api.deps import Call, Read, Slow
from api.files import Posted, PostedForm
from api.render import member_page, redirect
from api.routing import Router
from models.queries.automation_moves import get_move
from models.queries.automation_publications import Wanted, preview_publication
from models.queries.automations import get_automation
from models.rules.automation_change_words import field_words, step_words, value_words
from models.tables.automations import Automation
from models.types.automation_changes import DrawingChanges, NextStep
from models.types.automation_publications import PublicationPreview, PublicationWish, RunGroup
from models.types.automations import Drawing
from models.types.errors import DomainError
from models.types.principals import Door

router = Router("automations", Door.MEMBER)
_CHOICE, _TAKES_ITS_PLACE = "choice:", "instead:"
_BUSY = "An action is being performed"
_SIGNS = {"added": ("success", "circle-plus", "New"), "changed": ("warning", "pencil", "Changed")}
_GONE = ("error", "circle-minus", "Removed")


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One thing that differs, with its sign."""

    tone: str
    icon: str
    word: str
    text: str
    fields: tuple[tuple[str, str, str], ...] = ()
    """What, before, after."""


@dataclass(frozen=True, slots=True)
class RunLine:
    """One live run: when it goes on and with what, as it is and when moved."""

    run_id: str
    client: str
    about: str
    old: list[tuple[datetime | str, str]]
    new: list[tuple[datetime | str, str]]
    why_not: str
    lacks: str
    """The steps it never did and whose output it will read; empty when there are none."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """One group of runs with its choices."""

    group: RunGroup
    field: str
    choice: str
    options: list[tuple[str, str]]
    runs: list[RunLine]


@dataclass(frozen=True, slots=True)
class PublicationPage:
    """All there is to decide on."""

    automation: Automation
    preview: PublicationPreview
    changes: list[ChangeLine]
    groups: list[GroupView]
    steps: list[tuple[str, str]]
    """Id and name of every step that may take a removed one's place."""
    note: str
    instead: Mapping[str, str]
    error_count: int
    refusal: str = ""


@router.get("/automations/{automation_id}/publication")
def show(automation_id: str, call: Read) -> Response:
    """What publishing would do. The choices made so far may come along in the address."""
    typed = PostedForm({name: [value] for name, value in call.request.query_params.multi_items()})
    return _page(call, get_automation(call.session, automation_id), typed)


@router.post("/automations/{automation_id}/publication")
def create(automation_id: str, call: Slow, posted: Posted) -> Response:
    """Publish, and do to the live runs what was chosen; or say what keeps it from being published."""
    seen = posted.value("version")
    wish = PublicationWish(posted.value("note").strip(), _named(posted, _CHOICE), _named(posted, _TAKES_ITS_PLACE), _number(seen))
    try:
        made = publish(call, automation_id, wish)
    except DomainError as error:
        made, refusal = [], error.detail
    else:
        refusal = "Nothing was published."
    if isinstance(made, list):
        with call.open(writes=False):
            return _page(call, get_automation(call.session, automation_id), posted, refusal=refusal)
    said = f"Version {made.number} is published." if made.is_new else f"Version {made.number} does the same and is in force."
    return redirect(call, f"/automations/{automation_id}?tab=versions", flash=said)


@router.post("/automation_moves/{move_id}/undo")
def undo(move_id: str, call: Slow, reactivate: Annotated[str, Form()] = "") -> Response:
    """Put the runs back that have done nothing since."""
    with call.open(writes=False):
        path = f"/automations/{get_move(call.session, move_id).automation_id}?tab=versions"
    try:
        undo_move(call, move_id, reactivates=bool(reactivate))
    except DomainError as error:
        return redirect(call, path, flash=error.detail, kind="warning")
    return redirect(call, path, flash="Undone. What could not go back is listed at its run.")


def change_lines(changes: DrawingChanges, labels: Mapping[str, str]) -> list[ChangeLine]:
    """What differs, as lines of a list."""
    lines = [
        ChangeLine(*_SIGNS.get(one.change, _GONE), one.label or labels.get(one.node_id, one.node_id), _fields(one.fields))
        for one in changes.nodes
    ]
    for edge in changes.edges:
        source, target = (labels.get(node_id, node_id) for node_id in (edge.source, edge.target))
        by = "" if edge.port == "ok" else f" by “{edge.port}”"
        lines.append(ChangeLine(*_SIGNS.get(edge.change, _GONE), f"Line from {source} to {target}{by}"))
    if changes.limits:
        lines.append(ChangeLine(*_SIGNS["changed"], "Limits of the whole automation", _fields(changes.limits)))
    return lines


def _fields(fields: Any) -> tuple[tuple[str, str, str], ...]:
    return tuple((field_words(one.field), value_words(one.before), value_words(one.after)) for one in fields)


def _named(posted: PostedForm, prefix: str) -> dict[str, str]:
    """What was chosen in all fields of that prefix."""
    return {
        name.removeprefix(prefix): values[0] for name, values in posted.values.items() if name.startswith(prefix) and values[0]
    }


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _page(call: Call, automation: Automation, posted: PostedForm, *, refusal: str = "") -> Response:
    instead, choices = _named(posted, _TAKES_ITS_PLACE), _named(posted, _CHOICE)
    drawing = Drawing(automation.drawing)
    preview = preview_publication(
        call.session, automation, drawing, Wanted(instead, limit=100), catalogue=catalogue.schemas(), now=call.now
    )
    page = PublicationPage(
        automation=automation,
        preview=preview,
        changes=change_lines(preview.changes, preview.labels),
        groups=[_group(one, preview, choices) for one in preview.groups],
        steps=[(node["id"], preview.labels[node["id"]]) for node in drawing.nodes if node.get("kind") != "trigger"],
        note=posted.value("note"),
        instead=instead,
        error_count=sum(one.severity == "error" for one in preview.problems),
        refusal=refusal,
    )
    status = 422 if refusal else 200
    return member_page(call, "automations/publication.html", page, nav="automations", status=status)


def _group(group: RunGroup, preview: PublicationPreview, choices: Mapping[str, str]) -> GroupView:
    options = [("finish", f"Finish on version {group.version}")]
    if group.can_move or group.why_not.startswith(_BUSY):
        options.append(("now", f"Move to version {preview.next_version} now"))
    if group.standing != "start":
        options.append(("next_wait", "Move when they next wait"))
    options.append(("stop", "Stop them where they stand; this cannot be undone"))
    runs = [
        RunLine(
            one.run_id,
            one.client,
            one.about,
            _words(one.preview.old, preview.labels),
            _words(one.preview.new, preview.labels),
            one.preview.why_not,
            ", ".join(preview.labels.get(node_id, node_id) for node_id in one.preview.unread),
        )
        for one in group.runs
    ]
    choice = choices.get(group.key, "finish")
    return GroupView(group, _CHOICE + group.key, choice if choice in dict(options) else "finish", options, runs)


def _words(steps: tuple[NextStep, ...], labels: Mapping[str, str]) -> list[tuple[datetime | str, str]]:
    return [step_words(step, labels) for step in steps]
