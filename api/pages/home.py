"""The first screen: what needs me, what waits on clients, money."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fastapi.responses import Response

from api.deps import Call, Read
from api.render import member_page
from api.routing import Router
from api.threads import consequence, way_on
from api.web.formats import money, near
from models import clock
from models.queries.engagements import has_engagements
from models.queries.home import (
    OpenWait,
    Sum,
    contact_names,
    get_money_outlook,
    list_due_tasks,
    list_open_waits,
    list_unanswered,
)
from models.types.principals import Door
from models.types.waits import WaitKind, Whom

router = Router("home", Door.MEMBER)

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs the reader: what, what about, since or until when, where to deal with it."""

    icon: str
    tone: str
    what: str
    about: str
    when: str
    href: str
    action: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits on a client, and for how long."""

    what: str
    about: str
    href: str
    since: str
    days: int
    then: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount with the list behind it."""

    label: str
    value: str
    hint: str
    href: str
    tone: str | None = None


@dataclass
class HomePage:
    """The three answers."""

    greeting: str
    today: str
    needs: list[Need]
    needs_count: int
    others_count: int
    """Waits on the studio that belong to somebody else's engagements."""
    waiting: list[Waiting]
    waiting_count: int
    figures: list[Figure]
    is_new: bool
    """Nothing has ever happened here: show the first steps instead."""


@router.get("/")
def show(call: Read) -> Response:
    zone = call.workspace.timezone
    today = clock.today(zone)
    waits = list_open_waits(call.session)
    needs = _needs(call, waits, today)
    ours = [one for one in waits if one.wait.whom == Whom.US and one.wait.kind == WaitKind.EVENT]
    theirs = [one for one in waits if one.wait.whom == Whom.CLIENT]
    local = call.now.astimezone(ZoneInfo(zone))
    page = HomePage(
        greeting=f"{_part_of_day(local)}, {call.principal.name.split()[0]}",
        today=f"{local:%A}, {local.day} {local:%B}",
        needs=needs[:_SHOWN],
        needs_count=len(needs),
        others_count=sum(not _is_mine(call, one) for one in ours),
        waiting=[waiting_row(one, zone=zone, now=call.now) for one in theirs[:_SHOWN]],
        waiting_count=len(theirs),
        figures=_figures(call, today),
        is_new=not waits and not has_engagements(call.session),
    )
    return member_page(call, "home/show.html", page, nav="home")


def waiting_row(one: OpenWait, *, zone: str, now: datetime) -> Waiting:
    """A wait as a line of a list, with its age in days."""
    wait = one.wait
    href = f"/engagements/{one.engagement.id}" if one.engagement else way_on(wait)[0] or "/ops"
    return Waiting(
        what=sentence(wait.what),
        about=_about(one),
        href=href,
        since=near(wait.since, zone, now),
        days=max(0, (now - wait.since).days),
        then=consequence(wait.until, wait.then_what, zone=zone, now=now),
    )


def _needs(call: Call, waits: list[OpenWait], today: date) -> list[Need]:
    """What needs the reader, the most pressing first: what is stuck, approvals, messages, due tasks, then their own move."""
    ours = [one for one in waits if one.wait.whom == Whom.US]
    stuck = [_stuck(one) for one in ours if one.wait.kind == WaitKind.REPAIR]
    approvals = [_move(call, one, "badge-check", "info") for one in ours if one.wait.kind == WaitKind.APPROVAL]
    moves = [_move(call, one, "hand", "brand") for one in ours if one.wait.kind == WaitKind.EVENT and _is_mine(call, one)]
    return [*stuck, *approvals, *_messages(call), *_tasks(call, today), *moves]


def _stuck(one: OpenWait) -> Need:
    reason = str(one.wait.detail.get("reason", ""))
    about = " · ".join(part for part in (_about(one), reason) if part)
    return Need("wrench", "warning", f"Stuck: {one.wait.what}", about, "", "/ops?kind=repair", "Repair")


def _move(call: Call, one: OpenWait, icon: str, tone: str) -> Need:
    href, action = way_on(one.wait)
    since = f"since {near(one.wait.since, call.workspace.timezone, call.now)}"
    fallback = f"/engagements/{one.engagement.id}" if one.engagement else "/ops"
    return Need(icon, tone, sentence(one.wait.what), _about(one), since, href or fallback, action or "Open")


def _messages(call: Call) -> list[Need]:
    talks = list_unanswered(call.session)
    names = contact_names(call.session, {talk.contact_id for talk in talks if talk.contact_id})
    return [
        Need(
            "message-circle",
            "info",
            f"{names.get(talk.contact_id or '', 'Somebody')} waits for an answer",
            talk.name,
            near(talk.last_message_at, call.workspace.timezone, call.now) if talk.last_message_at else "",
            f"/inbox/{talk.id}",
            "Answer",
        )
        for talk in talks
    ]


def _tasks(call: Call, today: date) -> list[Need]:
    return [
        Need(
            "square-check",
            "error" if task.due_on < today else "neutral",
            task.title,
            "",
            _due(task.due_on, today),
            f"/tasks/{task.id}",
            "Open",
        )
        for task in list_due_tasks(call.session, call.principal.id, today=today)
        if task.due_on is not None
    ]


def _due(due_on: date, today: date) -> str:
    late = (today - due_on).days
    return "due today" if late <= 0 else f"{late} day{'' if late == 1 else 's'} late"


def _figures(call: Call, today: date) -> list[Figure]:
    outlook = get_money_outlook(call.session, today=today, zone=call.workspace.timezone)
    currency = call.workspace.currency
    return [
        Figure("Due", amounts(outlook.due, currency), counted(outlook.due.count, "invoice"), "/invoices?status=open"),
        Figure(
            "Overdue",
            amounts(outlook.overdue, currency),
            counted(outlook.overdue.count, "invoice"),
            "/invoices?status=overdue",
            tone="error" if outlook.overdue.count else None,
        ),
        Figure(
            "Expected this month",
            amounts(outlook.expected, currency),
            f"{counted(outlook.expected.count, 'payment')}, retainers included",
            "/invoices?status=open",
        ),
    ]


def amounts(sums: Sum, currency: str) -> str:
    """A sum over currencies for people, the studio's own first: "€1,200.00 + $300.00"."""
    order = sorted(sums.minor or {currency: 0}, key=lambda code: (code != currency, code))
    return " + ".join(money(sums.minor.get(code, 0), code) for code in order)


def counted(number: int, noun: str) -> str:
    """A number of things: "1 invoice", "no invoices"."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def sentence(words: str) -> str:
    """Words with a capital at their beginning."""
    return words[:1].upper() + words[1:]


def _about(one: OpenWait) -> str:
    return one.engagement.title if one.engagement else one.client


def _is_mine(call: Call, one: OpenWait) -> bool:
    """Whether a wait on the studio is the reader's: of their own engagements, or of nobody's."""
    return one.engagement is None or one.engagement.owner_id in (None, call.principal.id)


def _part_of_day(local: datetime) -> str:
    if local.hour < 12:
        return "Good morning"
    return "Good afternoon" if local.hour < 18 else "Good evening"
