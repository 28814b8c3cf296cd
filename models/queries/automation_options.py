"""What the fields of an automation can be set to: the rows and words behind every `x-lookup` of the catalogue."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from sqlmodel import Session, col, or_, select

from models.queries.conversations import conversations_statement
from models.tables.automations import Automation
from models.tables.bookings import Booking, Scheduler
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.contracts import Contract, ContractTemplate
from models.tables.credentials import Credential
from models.tables.engagements import Engagement
from models.tables.files import File
from models.tables.forms import Form
from models.tables.invoices import Invoice
from models.tables.members import Member
from models.tables.payments import Payment
from models.tables.projects import Project, ProjectTemplate
from models.tables.proposals import Proposal, ProposalTemplate
from models.tables.retainers import Retainer
from models.tables.rows import WorkspaceRow
from models.tables.tasks import Task, TaskBoard, TaskGroup
from models.types.automation_dates import DATE_FIELDS
from models.types.automation_nouns import NOUNS
from models.types.automation_options import Option
from models.types.engagements import EngagementStatus
from models.types.errors import NotFound
from models.types.events import CATALOGUE

MOST = 50

Words = Callable[[Any], str]
Offer = Callable[[Session, str, Sequence[str]], list[Option]]


def list_options(session: Session, lookup: str, *, text: str = "", chosen: Sequence[str] = ()) -> list[Option]:
    """Up to 50 choices of a lookup whose label or hint holds all the words of `text`; first those that are chosen already.

    chosen: values to name whether the text fits them or not, gone ones too, so that a form can say what it holds.
    Raises NotFound, with all names, for a lookup that does not exist.
    """
    offer = LOOKUPS.get(lookup)
    if offer is None:
        raise NotFound(f"There is no list “{lookup[:60]}”. There are: {', '.join(sorted(LOOKUPS))}.")
    return offer(session, text, chosen)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one table, without those that are put away, or only those."""

    table: Any
    label: str = "name"
    hint: Words = lambda row: ""
    searched: tuple[str, ...] = ()
    conditions: tuple[Any, ...] = ()
    prefix: str = ""
    """Put before the id: an approver is `member:…`."""
    is_archived: bool = False
    """Whether only those that are put away are offered."""

    def __call__(self, session: Session, text: str, chosen: Sequence[str]) -> list[Option]:
        ids = [value.removeprefix(self.prefix) for value in chosen]
        named = session.exec(select(self.table).where(col(self.table.id).in_(ids))).all() if ids else []
        found = session.exec(self._matching(text).order_by(getattr(self.table, self.label)).limit(MOST)).all()
        rows: dict[str, WorkspaceRow] = {row.id: row for row in (*named, *found)}
        return [self._option(row) for row in rows.values()]

    def _matching(self, text: str) -> Any:
        statement = select(self.table).where(*self.conditions)
        if hasattr(self.table, "archived_at"):
            put_away = col(self.table.archived_at)
            statement = statement.where(put_away.is_not(None) if self.is_archived else put_away.is_(None))
        for word in text.split():
            columns = [getattr(self.table, name) for name in (self.label, *self.searched)]
            statement = statement.where(or_(*(col(column).icontains(word, autoescape=True) for column in columns)))
        return statement

    def _option(self, row: Any) -> Option:
        is_gone = getattr(row, "archived_at", None) is not None
        return Option(self.prefix + row.id, getattr(row, self.label), "put away" if is_gone else self.hint(row))


def _words(options: Callable[[], Iterable[Option]]) -> Offer:
    """A list that is the same in every workspace."""

    def offer(session: Session, text: str, chosen: Sequence[str]) -> list[Option]:
        return _fitting(options(), text, chosen)

    return offer


def _fitting(options: Iterable[Option], text: str, chosen: Sequence[str]) -> list[Option]:
    known = list(options)
    wanted = text.casefold().split()
    named = [option for option in known if option.value in chosen]
    told = [(option, f"{option.value} {option.label} {option.hint}".casefold()) for option in known]
    found = [option for option, words in told if all(word in words for word in wanted)]
    return list(dict.fromkeys([*named, *found]))[: max(MOST, len(named))]


def _approvers(session: Session, text: str, chosen: Sequence[str]) -> list[Option]:
    roles = [Option("role:owner", "Every owner", "whoever answers first"), Option("role:member", "Every member")]
    return [*_fitting(roles, text, chosen), *_MEMBER_ACTORS(session, text, chosen)]


def _channels(session: Session, text: str, chosen: Sequence[str]) -> list[Option]:
    rows = session.exec(conversations_statement(kind="channel").order_by("name"))
    return _fitting([Option(one.name, f"#{one.name}") for one in rows], text, chosen)


def _tags(session: Session, text: str, chosen: Sequence[str]) -> list[Option]:
    tags = {tag for tags in session.exec(select(Contact.tags).where(col(Contact.archived_at).is_(None))) for tag in tags}
    return _fitting([Option(tag, tag) for tag in sorted({*tags, *chosen}, key=str.casefold)], text, chosen)


def _groups(session: Session, text: str, chosen: Sequence[str]) -> list[Option]:
    boards = {board.id: board.name for board in session.exec(select(TaskBoard))}
    live = select(TaskGroup).where(col(TaskGroup.archived_at).is_(None)).order_by(col(TaskGroup.position))
    return _fitting([Option(one.id, one.name, boards.get(one.board_id, "")) for one in session.exec(live)], text, chosen)


def _boards(session: Session, text: str, chosen: Sequence[str]) -> list[Option]:
    projects = {project.id: project.name for project in session.exec(select(Project))}
    live = select(TaskBoard).where(col(TaskBoard.archived_at).is_(None)).order_by(col(TaskBoard.name))
    return _fitting([Option(one.id, one.name, projects.get(one.project_id, "")) for one in session.exec(live)], text, chosen)


def _bookings(session: Session, text: str, chosen: Sequence[str]) -> list[Option]:
    names = {contact.id: contact.name for contact in session.exec(select(Contact))}
    calls = session.exec(select(Booking).order_by(col(Booking.starts_at).desc()).limit(10 * MOST))
    words = [Option(one.id, names.get(one.contact_id, ""), f"{one.starts_at:%Y-%m-%d %H:%M}") for one in calls]
    return _fitting(words, text, chosen)


def _invoices(session: Session, text: str, chosen: Sequence[str]) -> list[Option]:
    names = {contact.id: contact.name for contact in session.exec(select(Contact))}
    rows = session.exec(select(Invoice).order_by(col(Invoice.id).desc()).limit(10 * MOST))
    words = [Option(one.id, one.number or "Draft", f"{names.get(one.contact_id, '')}, {one.status}") for one in rows]
    return _fitting(words, text, chosen)


def _payments(session: Session, text: str, chosen: Sequence[str]) -> list[Option]:
    numbers = {invoice.id: invoice.number or "" for invoice in session.exec(select(Invoice))}
    rows = session.exec(select(Payment).where(Payment.status == "succeeded").order_by(col(Payment.id).desc()).limit(10 * MOST))
    words = [Option(one.id, numbers.get(one.invoice_id, ""), one.method or one.provider) for one in rows]
    return _fitting(words, text, chosen)


def _one_of(*lists: Offer) -> Offer:
    """Several lists as one, in their order."""

    def offer(session: Session, text: str, chosen: Sequence[str]) -> list[Option]:
        return [option for one in lists for option in one(session, text, chosen)]

    return offer


def _choices(words: Iterable[str]) -> Iterable[Option]:
    return (Option(str(word), str(word).replace("_", " ").capitalize()) for word in words)


def _events() -> Iterable[Option]:
    return (Option(name, kind.says, name) for name, kind in CATALOGUE.items())


def _date_fields() -> Iterable[Option]:
    return (Option(name, field.says, name) for name, field in DATE_FIELDS.items())


def _nouns() -> Iterable[Option]:
    return (Option(name, noun.says) for name, noun in NOUNS.items())


def _zones() -> Iterable[Option]:
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return (Option(name, name.replace("_", " ")) for name in ["UTC", *names])


_MEMBERS = _Rows(Member, hint=lambda row: row.title or row.role, searched=("email",))
_CONTACTS = _Rows(
    Contact, hint=lambda row: row.email or "", searched=("email",), conditions=(col(Contact.merged_into_id).is_(None),)
)
_PROJECTS = _Rows(Project, hint=lambda row: row.status)
_TASKS = _Rows(Task, "title", lambda row: row.status)
_MEMBER_ACTORS = _Rows(Member, hint=lambda row: row.title or row.role, searched=("email",), prefix="member:")

LOOKUPS: Mapping[str, Offer] = {
    "members": _MEMBERS,
    "approvers": _approvers,
    "contacts": _CONTACTS,
    "people": _one_of(_MEMBERS, _CONTACTS),
    "companies": _Rows(Company),
    "engagements": _Rows(Engagement, "title", lambda row: row.status),
    "archived_engagements": _Rows(Engagement, "title", lambda row: row.status, is_archived=True),
    "projects": _PROJECTS,
    "tasks": _TASKS,
    "tasks_and_projects": _one_of(_TASKS, _PROJECTS),
    "proposals": _Rows(Proposal, "title", lambda row: row.status),
    "contracts": _Rows(Contract, "title", lambda row: row.status),
    "files": _Rows(File, "filename"),
    "bookings": _bookings,
    "invoices": _invoices,
    "payments": _payments,
    "retainers": _Rows(Retainer, hint=lambda row: row.status),
    "proposal_templates": _Rows(ProposalTemplate, hint=lambda row: row.title),
    "contract_templates": _Rows(ContractTemplate, hint=lambda row: row.title),
    "project_templates": _Rows(ProjectTemplate),
    "forms": _Rows(Form, hint=lambda row: row.status),
    "schedulers": _Rows(Scheduler, hint=lambda row: f"{row.duration_minutes} min"),
    "credentials": _Rows(Credential, hint=lambda row: ", ".join(row.hosts)),
    "automations": _Rows(Automation, hint=lambda row: row.status),
    "task_boards": _boards,
    "task_groups": _groups,
    "channels": _channels,
    "tags": _tags,
    "event_types": _words(_events),
    "engagement_statuses": _words(
        lambda: (Option(str(one), str(one).replace("_", " ").capitalize()) for one in EngagementStatus)
    ),
    "date_fields": _words(_date_fields),
    "nouns": _words(_nouns),
    "zones": _words(_zones),
}
"""Name to what it offers. Every `x-lookup` of the catalogue and of the shapes of nodes is one of them."""
