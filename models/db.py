"""Transactions: the only file that commits, and the place where the workspace scope is applied.

SQLite runs with `BEGIN IMMEDIATE` behind one in-process writer lock: a deferred transaction that writes after
reading silently loses updates or fails at once, and the busy handler starves writers (decision 0003).
"""

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, lru_cache
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event, insert
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, with_loader_criteria
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, SQLModel

from models.tables.rows import WorkspaceRow
from models.tables.workspaces import Workspace
from models.types.errors import Conflict, Forbidden
from models.types.scope import Scope

log = structlog.get_logger("database")
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # the record must survive power loss, not only a killed process
    "foreign_keys=ON",
    "busy_timeout=15000",
    "temp_store=MEMORY",
)
_CROSSED = frozenset({"40P01", "40001"})
"""PostgreSQL's words for a deadlock and for a failed serialisation."""
_NOT_UNDERSTOOD = ("no such ", "near ", "incomplete input", "unrecognized token", "ambiguous column")
"""How SQLite begins to complain of a statement."""
_TAKEN = "This exists already, or belongs to something that is gone. Look again, and choose another name if you gave one."
NAMES_ITS_WORKSPACE = {"names_its_workspace": True}
"""Execution options of a statement that compares the workspace of every table itself: those that are asked so often that
scoping them anew each time costs more than the asking.
"""


class Database:
    """An engine, its writer lock, and those who want to hear of commits."""

    def __init__(self, url: str) -> None:
        self.engine = _make_engine(url)
        self._writing: Engine | Connection = self.engine
        self._reading: Engine | Connection = self.engine.execution_options(read_only=True)
        self._leasing: Engine | Connection = self.engine.execution_options(is_durable=False)
        is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer: AbstractContextManager[Any] = threading.Lock() if is_sqlite else nullcontext()
        self._listeners: list[Callable[[], None]] = []

    def on_commit(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every committed write, in the writing thread; it must not block. The answer ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @contextmanager
    def write(self, scope: Scope) -> Iterator[Session]:
        """One transaction that is committed when the block ends and undone when it raises.

        Raises Conflict when a unique key or a row version says that somebody else was first.
        """
        with self._write(self._writing, scope) as session:
            yield session
        for listener in tuple(self._listeners):
            listener()

    @contextmanager
    def lease(self, scope: Scope) -> Iterator[Session]:
        """As write, for what is made anew should the machine lose power just then: it waits for no disk, and tells nobody.

        Waiting takes milliseconds of every claim; a claim that is lost is a delivery sent twice, which does no harm.
        """
        with self._write(self._leasing, scope) as session:
            yield session

    @contextmanager
    def _write(self, bind: Engine | Connection, scope: Scope) -> Iterator[Session]:
        with self._writer, Session(bind, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            session.info["scope"] = scope
            try:
                yield session
                session.commit()
            except StaleDataError as stale:
                raise Conflict("Somebody else changed this at the same moment. Reload and try again.") from stale
            except IntegrityError as broken:
                # What follows the first line names values, which are nobody's business in a log.
                log.warning("refused by the database", reason=str(broken.orig).partition("\n")[0])
                raise Conflict(_TAKEN) from broken

    @contextmanager
    def read(self, scope: Scope) -> Iterator[Session]:
        """A snapshot that is never written; changes made to rows are dropped. Rows read stay readable afterwards."""
        with Session(self._reading, autoflush=False, join_transaction_mode="create_savepoint") as session:
            session.info["scope"] = scope
            yield session

    @contextmanager
    def as_one(self) -> Iterator["Database"]:
        """This database for one caller, whose transactions are savepoints of a single one.

        All of them are kept when the block ends, and none when it raises or the process dies.
        """
        with self._writer, self.engine.begin() as connection:
            whole = copy.copy(self)
            whole._writing = whole._reading = whole._leasing = connection
            whole._writer = nullcontext()
            yield whole


def scope_of(session: Session) -> Scope:
    """The scope a session was opened with."""
    scope = session.info["scope"]
    assert isinstance(scope, Scope)  # noqa: S101 - set by write() and read() alone
    return scope


def workspace_id_of(session: Session) -> str:
    """The workspace a session works in. Raises Forbidden in the system scope."""
    workspace_id = scope_of(session).workspace_id
    if workspace_id is None:
        raise Forbidden("This needs a workspace.")
    return workspace_id


def enter(session: Session, scope: Scope) -> None:
    """Narrow a session to a scope found while it ran: a public link names its workspace, a log-in its member."""
    session.info["scope"] = scope


def append(session: Session, *rows: SQLModel) -> None:
    """Insert rows of one table that nothing changes in this transaction, at a fraction of what the unit of work costs.

    What waits to be written is written first, in case they refer to it. The rows do not become the session's own.
    """
    session.flush()
    for row in rows:
        _stamp(row, scope_of(session).workspace_id)
    table = type(rows[0]).__table__  # type: ignore[attr-defined]  # every table class has one
    session.execute(_insertion(table), [_values(row, table) for row in rows])


@cache
def _insertion(table: Table) -> Insert:
    return insert(table)


def _values(row: SQLModel, table: Table) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in table.columns}
    counter = table.autoincrement_column
    if counter is not None and values[counter.key] is None:
        del values[counter.key]
    return values


def is_crossed(error: DBAPIError) -> bool:
    """Whether two transactions stood in each other's way so that one had to give up: it may simply be done again."""
    return getattr(error.orig, "sqlstate", "") in _CROSSED


def is_unfit(error: DBAPIError) -> bool:
    """Whether the database understood and refused what was to be written, as it would every time: it is not away."""
    return isinstance(error, DataError | ProgrammingError | NotSupportedError)


def is_away(error: Exception) -> bool:
    """Whether the database did not answer, or not in time: the same may well do later, and nothing was changed.

    SQLite calls a statement that cannot be understood by the same name; that one is no better for waiting.
    """
    said = str(getattr(error, "orig", ""))
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout) and not said.startswith(_NOT_UNDERSTOOD)


def _make_engine(url: str) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"check_same_thread": False}, pool_size=20, max_overflow=30)
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    url = url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, pool_pre_ping=True, pool_size=20, max_overflow=20)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("read_only"):
        connection.exec_driver_sql("BEGIN")
        return
    level = "FULL" if options.get("is_durable", True) else "NORMAL"
    if connection.info.get("synchronous", "FULL") != level:
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.info["synchronous"] = level
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if not connection.get_execution_options().get("is_durable", True):
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")


@event.listens_for(Session, "do_orm_execute")
def _apply_scope(state: ORMExecuteState) -> None:
    """Every select, update and delete sees the rows of its own workspace only; no query can forget it."""
    workspace_id = scope_of(state.session).workspace_id  # type: ignore[arg-type]  # our sessions are SQLModel's
    if workspace_id is None or state.is_column_load or "names_its_workspace" in state.execution_options:
        return
    state.statement = state.statement.options(_criteria(workspace_id))


@lru_cache(maxsize=1000)
def _criteria(workspace_id: str) -> LoaderCriteriaOption:
    return with_loader_criteria(WorkspaceRow, lambda cls: cls.workspace_column() == workspace_id, include_aliases=True)


@event.listens_for(Session, "before_flush")
def _stamp_rows(session: Session, _context: Any, _instances: Any) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        _stamp(row, scope_of(session).workspace_id)


def _stamp(row: Any, workspace_id: str | None) -> None:
    """New rows take the scope's workspace; a row of another one cannot be written."""
    if workspace_id is None or not isinstance(row, WorkspaceRow):
        return
    if not row.workspace_id:
        row.workspace_id = workspace_id
    if row.workspace_id != workspace_id:
        raise Forbidden("This belongs to another workspace.")


@event.listens_for(Session, "loaded_as_persistent")
def _hold(session: Session, row: Any) -> None:
    """Keep the workspace at hand: it is asked for many times in a transaction, and a session forgets rows that nobody holds."""
    if isinstance(row, Workspace):
        session.info["workspace"] = row
