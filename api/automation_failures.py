"""What went wrong with an action of an automation, in the terms of the interpreter."""

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from models.db import is_unfit
from models.types.automation_plan.happenings import ActionFailed
from models.types.errors import DomainError, Unavailable

log = structlog.get_logger("automation_runs")


def failed(node_path: str, iteration: int, attempt: int, error: Exception) -> ActionFailed:
    """What went wrong with an action, for the interpreter: worth another attempt or not.

    Raises the error itself when it is the database that is away: then nothing of the turn may stand.
    """
    if isinstance(error, DomainError):
        pause = error.retry_after_seconds if isinstance(error, Unavailable) else None
        return ActionFailed(node_path, error.detail, isinstance(error, Unavailable), iteration, attempt, pause)
    if isinstance(error, StaleDataError | IntegrityError):
        return ActionFailed(node_path, "Somebody else changed this at the same moment.", True, iteration, attempt)
    if isinstance(error, DataError):
        return ActionFailed(node_path, "A value is too large, or has a character that cannot be kept.", False, iteration, attempt)
    if isinstance(error, DBAPIError) and not is_unfit(error):
        raise error
    log.error("an action failed unexpectedly", node=node_path, exc_info=error)
    return ActionFailed(node_path, f"This failed unexpectedly ({type(error).__name__}).", False, iteration, attempt)
