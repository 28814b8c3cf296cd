"""What becomes of a period's money: paid, or refused by the card."""

from sqlmodel import Session

from models.commands.retainers.rows import lock_retainer, say
from models.queries.retainers import retainer_state
from models.rules.retainer_schedules import is_given_up
from models.tables.retainers import Retainer
from models.types.retainers import RetainerStatus


def note_failed_charge(session: Session, retainer: Retainer) -> Retainer:
    """Mark it past due when the card of one of its invoices was tried as often as the calendar allows. Twice is once."""
    retainer = lock_retainer(session, retainer)
    given_up = any(is_given_up(owed.failures) for owed in retainer_state(session, retainer).charges)
    if retainer.status == RetainerStatus.ACTIVE and given_up:
        retainer.status = RetainerStatus.PAST_DUE.value
        session.add(retainer)
        say(session, retainer, "retainer.past_due")
    return retainer
