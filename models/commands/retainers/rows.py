"""What all changes of a retainer share: holding its row, writing its terms, saying what happened."""

from collections.abc import Sequence

from sqlmodel import Session, select

from models.commands.events import record
from models.ids import new_id
from models.queries.retainers import as_json
from models.tables.projects import Project
from models.tables.retainers import Retainer, RetainerPeriod
from models.types.errors import Invalid
from models.types.retainers import Period, PeriodStatus, RetainerTerms

_SAYS = {PeriodStatus.SKIPPED: "retainer.period_skipped", PeriodStatus.ASKED: "retainer.period_asked"}


def lock_retainer(session: Session, retainer: Retainer) -> Retainer:
    """The retainer as it is now, held until the transaction ends: its periods are dealt with by one at a time."""
    session.flush()
    statement = select(Retainer).where(Retainer.id == retainer.id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()


def check_projects(session: Session, engagement_id: str, project_ids: Sequence[str] | None) -> None:
    """Raises Invalid for a project of another engagement; None and none at all are fine."""
    own = session.exec(select(Project.id).where(Project.engagement_id == engagement_id)).all()
    if not set(project_ids or ()) <= set(own):
        raise Invalid("This project is not part of the engagement.", field="project_ids")


def set_terms(session: Session, retainer: Retainer, terms: RetainerTerms) -> None:
    """Keep changed terms, and the columns that say parts of them again."""
    retainer.terms = as_json(terms)
    retainer.anchor_on, retainer.timezone = terms.anchor_on, terms.zone
    retainer.currency, retainer.amount_minor = terms.currency, terms.amount_minor
    session.add(retainer)
    session.flush()


def add_period(session: Session, retainer: Retainer, one: Period, status: PeriodStatus) -> RetainerPeriod:
    """Write down that a period was dealt with. A database rule allows it once."""
    row = RetainerPeriod(
        id=new_id("rpd"),
        retainer_id=retainer.id,
        index=one.index,
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        status=status.value,
    )
    session.add(row)
    session.flush()
    if status in _SAYS:
        say(session, retainer, _SAYS[status], index=one.index)
    return row


def say(session: Session, retainer: Retainer, event_type: str, **payload: str | int) -> None:
    """Record a fact about a retainer."""
    record(session, event_type, retainer.id, engagement_id=retainer.engagement_id, contact_id=retainer.contact_id, **payload)
