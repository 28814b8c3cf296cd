"""The questions of a form while it is edited: added, moved, changed, removed, with what the public will see beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Form as Field
from fastapi.responses import Response
from slugify import slugify

from api.deps import Call, Write
from api.files import Posted, PostedForm
from api.forms import FieldView, conditions_text, field_views
from api.render import fragment, redirect
from api.routing import Router
from models.commands.forms import change_form
from models.queries.forms import count_submissions, get_form, get_version
from models.rules.forms import as_fields, as_json, field_problem, form_problems, roles_of
from models.tables.forms import Form
from models.types.errors import NotFound
from models.types.forms import Comparison, FieldCondition, FieldKind, FormField, SubmissionStatus
from models.types.principals import Door

router = Router("forms", Door.MEMBER)
KINDS: dict[str, tuple[str, str]] = {
    FieldKind.TEXT: ("Short text", "type"),
    FieldKind.LONG: ("Long text", "pilcrow"),
    FieldKind.EMAIL: ("Mail address", "at-sign"),
    FieldKind.PHONE: ("Phone", "phone"),
    FieldKind.NUMBER: ("Number", "hash"),
    FieldKind.MONEY: ("Money", "coins"),
    FieldKind.DATE: ("Date", "calendar"),
    FieldKind.CHOICE: ("One of several", "circle-dot"),
    FieldKind.MULTI: ("Several of several", "square-check"),
    FieldKind.RATING: ("Rating", "star"),
    FieldKind.FILE: ("Files", "upload"),
    FieldKind.ADDRESS: ("Address", "map-pin"),
    FieldKind.CONSENT: ("Consent", "shield-check"),
    FieldKind.HIDDEN: ("Hidden (from the link)", "eye-off"),
}
_ROLES = {
    "contact.name": "the person's name",
    "contact.email": "the person's mail address",
    "contact.phone": "the person's phone",
    "contact.title": "the person's position",
    "contact.address": "the person's address",
    "company.name": "the company",
    "engagement.title": "the title of the engagement",
    "engagement.value": "what the engagement may be worth",
    "source": "where they come from",
}
_COMPARISONS = [
    (Comparison.IS, "is"),
    (Comparison.IS_NOT, "is not"),
    (Comparison.CONTAINS, "contains"),
    (Comparison.FILLED, "is answered"),
    (Comparison.EMPTY, "is not answered"),
    (Comparison.OVER, "is over"),
    (Comparison.UNDER, "is under"),
]
_MAX_FIELDS = 100


@dataclass(frozen=True, slots=True)
class FieldCard:
    """One question in the editor."""

    field: FormField
    kind_name: str
    icon: str
    marks: list[str]
    """What is special about it, in words: required, its role, when it is asked."""
    problem: str
    roles: list[tuple[str, str]]
    above: list[tuple[str, str]]
    """The fields it may depend on."""
    is_first: bool
    is_last: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class EditorPage:
    """The questions and the preview."""

    form: Form
    tabs: list[dict[str, Any]]
    cards: list[FieldCard]
    kinds: list[tuple[str, str]]
    comparisons: list[tuple[str, str]]
    fields: list[FieldView]
    """The preview."""
    problems: list[str]
    is_changed: bool
    """Whether the public does not see the draft yet."""
    url: str


def editor_page(call: Call, form: Form, *, opened: str = "") -> EditorPage:
    """The whole editor. opened: the key of the field whose card is open."""
    fields = as_fields(form.fields)
    return EditorPage(
        form=form,
        tabs=form_tabs(call, form, "questions"),
        cards=[_card(fields, at, opened) for at in range(len(fields))],
        kinds=[(kind, name) for kind, (name, _) in KINDS.items()],
        comparisons=[(str(key), text) for key, text in _COMPARISONS],
        fields=field_views(fields, currency=call.workspace.currency),
        problems=form_problems(fields),
        is_changed=_is_changed(call, form),
        url=f"/f/{form.slug}" if form.status == "published" else "",
    )


def form_tabs(call: Call, form: Form, current: str) -> list[dict[str, Any]]:
    """The tabs of a form's pages."""
    counts = count_submissions(call.session, [form.id])[form.id]
    rows: tuple[tuple[str, str, str, int | None], ...] = (
        ("questions", "Questions", f"/forms/{form.id}", None),
        ("submissions", "Answers", f"/forms/{form.id}/submissions", counts[SubmissionStatus.ACCEPTED]),
        ("settings", "Share and settings", f"/forms/{form.id}/settings", None),
    )
    return [{"text": text, "href": href, "count": count, "current": key == current} for key, text, href, count in rows]


def _card(fields: Sequence[FormField], at: int, opened: str) -> FieldCard:
    one = fields[at]
    labels = {before.key: before.label for before in fields[:at]}
    name, icon = KINDS.get(one.kind, (one.kind, "circle-dot"))
    marks = ["required"] if one.required else []
    marks += [f"is {_ROLES[one.role]}"] if one.role in _ROLES else []
    marks += [f"if {conditions_text(one.show_if, labels)}"] if one.show_if else []
    marks += [f"required if {conditions_text(one.required_if, labels)}"] if one.required_if else []
    return FieldCard(
        field=one,
        kind_name=name,
        icon=icon,
        marks=marks,
        problem=field_problem(one, fields[:at]) or "",
        roles=[(role, _ROLES[role]) for role in roles_of(one.kind)],
        above=list(labels.items()),
        is_first=at == 0,
        is_last=at == len(fields) - 1,
        is_open=one.key == opened,
    )


def _is_changed(call: Call, form: Form) -> bool:
    if form.published_version == 0:
        return True
    shown = get_version(call.session, form.id, form.published_version)
    return (shown.title, shown.intro, as_fields(shown.fields)) != (form.title, form.intro, as_fields(form.fields))


@router.post("/forms/{form_id}/heading")
def update_heading(
    form_id: str, call: Write, title: Annotated[str, Field()] = "", intro: Annotated[str, Field()] = ""
) -> Response:
    """Change what stands above the questions."""
    form = get_form(call.session, form_id)
    change_form(call.session, form, {"title": title.strip()[:200] or form.name, "intro": intro.strip()[:5000]})
    return _preview(call, form, "")


@router.post("/forms/{form_id}/fields")
def create(
    form_id: str, call: Write, label: Annotated[str, Field()] = "", kind: Annotated[FieldKind, Field()] = FieldKind.TEXT
) -> Response:
    """Add a question at the end; consent and hidden fields stay last."""
    form = get_form(call.session, form_id)
    fields = list(as_fields(form.fields))[:_MAX_FIELDS]
    text = label.strip()[:300] or KINDS[kind][0]
    options = ("First", "Second") if kind in (FieldKind.CHOICE, FieldKind.MULTI) else ()
    added = FormField(_free_key(text, fields), kind, text, options=options)
    at = len(fields)
    while at and fields[at - 1].kind in (FieldKind.CONSENT, FieldKind.HIDDEN):
        at -= 1
    return _changed(call, form, [*fields[:at], added, *fields[at:]], added.key)


@router.post("/forms/{form_id}/fields/{key}")
def update(form_id: str, key: str, call: Write, posted: Posted) -> Response:
    """Change a question."""
    form = get_form(call.session, form_id)
    fields = list(as_fields(form.fields))
    at = _position(fields, key)
    fields[at] = _field(fields[at], posted)
    change_form(call.session, form, {"fields": as_json(fields)})
    return _preview(call, form, key)


@router.post("/forms/{form_id}/fields/{key}/move")
def move(form_id: str, key: str, call: Write, up: Annotated[str, Field()] = "") -> Response:
    """Move a question one place."""
    form = get_form(call.session, form_id)
    fields = list(as_fields(form.fields))
    at = _position(fields, key)
    to = max(0, min(len(fields) - 1, at - 1 if up else at + 1))
    fields.insert(to, fields.pop(at))
    return _changed(call, form, fields, "")


@router.post("/forms/{form_id}/fields/{key}/removal")
def destroy(form_id: str, key: str, call: Write) -> Response:
    """Remove a question, and what depended on it. Past answers to it stay."""
    form = get_form(call.session, form_id)
    fields = list(as_fields(form.fields))
    del fields[_position(fields, key)]
    kept = [
        replace(
            one,
            show_if=tuple(condition for condition in one.show_if if condition.field != key),
            required_if=tuple(condition for condition in one.required_if if condition.field != key),
        )
        for one in fields
    ]
    return _changed(call, form, kept, "")


def _changed(call: Call, form: Form, fields: Sequence[FormField], opened: str) -> Response:
    change_form(call.session, form, {"fields": as_json(fields)})
    if call.is_htmx:
        return fragment(call, "forms/_editor.html", editor_page(call, form, opened=opened))
    return redirect(call, f"/forms/{form.id}?open={opened}#field-{opened}" if opened else f"/forms/{form.id}")


def _preview(call: Call, form: Form, opened: str) -> Response:
    if call.is_htmx:
        return fragment(call, "forms/_preview.html", editor_page(call, form, opened=opened))
    return redirect(call, f"/forms/{form.id}?open={opened}#field-{opened}" if opened else f"/forms/{form.id}", flash="Saved")


def _position(fields: Sequence[FormField], key: str) -> int:
    for at, one in enumerate(fields):
        if one.key == key:
            return at
    raise NotFound("There is no such question. Somebody else may have removed it.")


def _field(known: FormField, posted: PostedForm) -> FormField:
    steps = posted.value("steps")
    return replace(
        known,
        label=posted.value("label").strip()[:300] or known.label,
        hint=posted.value("hint").strip()[:500],
        required=bool(posted.value("required")),
        role=posted.value("role") if posted.value("role") in roles_of(known.kind) else "",
        options=tuple(dict.fromkeys(line.strip()[:200] for line in posted.value("options").splitlines() if line.strip()))[:100],
        steps=int(steps) if steps.isascii() and steps.isdigit() and 2 <= int(steps[:3]) <= 10 else known.steps,
        currency=posted.value("currency").strip().upper()[:3] if posted.value("currency").strip().isalpha() else "",
        show_if=_conditions(posted, "show"),
        required_if=_conditions(posted, "required_if"),
    )


def _conditions(posted: PostedForm, prefix: str) -> tuple[FieldCondition, ...]:
    rows = zip(
        posted.values.get(f"{prefix}_field", []),
        posted.values.get(f"{prefix}_comparison", []),
        posted.values.get(f"{prefix}_value", []),
        strict=False,
    )
    known = set(Comparison)
    return tuple(
        FieldCondition(key, comparison, value.strip()[:200]) for key, comparison, value in rows if key and comparison in known
    )


def _free_key(label: str, fields: Sequence[FormField]) -> str:
    """A key that says what the field is and that no field has had in this draft."""
    wanted = slugify(label, separator="_", max_length=30).lstrip("_0123456789") or "question"
    taken = {one.key for one in fields}
    return next(key for key in (wanted, *(f"{wanted}_{n}" for n in range(2, _MAX_FIELDS + 3))) if key not in taken)
