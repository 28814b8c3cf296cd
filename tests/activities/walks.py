"""Doing everything twice: each activity is called as a retry after a crash would call it, and the record is compared."""

import sqlite3
from collections.abc import Callable, Coroutine, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import SQLModel
from temporalio.testing import ActivityEnvironment

from activities.client import ApiClient, use
from models import clock
from models.types.calls import Schedule, SubjectInput
from tests.standins.shop import Shop

Activity = Callable[[Any], Coroutine[Any, Any, Any]]
Record = dict[str, list[Any]]
MOST_STEPS = 20


@dataclass
class Twice:
    """Calls activities against the running product, and remembers which ones."""

    shop: Shop
    done: set[str] = field(default_factory=set)

    async def work(self, story: Coroutine[Any, Any, None]) -> None:
        """Tell a story whose activities call the shop's API as the worker."""
        client = ApiClient(self.shop.url, self.shop.settings.worker_token)
        use(client)
        try:
            await story
        finally:
            await client.close()

    async def do(self, activity: Activity, asked: Any) -> Any:
        """The answer of an activity that changes the record once.

        It is called again with the same key, as after a lost answer, and again when the answers are no longer kept, as after
        a month: neither may change anything.
        """
        before = self.record()
        first = await ActivityEnvironment().run(activity, asked)
        after = self.record()
        name = name_of(activity)
        assert changed(before, after), f"{name} did nothing, so doing it twice proves nothing"
        assert await ActivityEnvironment().run(activity, asked) == first
        assert not changed(after, self.record()), f"{name} twice is not once: {changed(after, self.record())}"
        self._forget_answers()
        await ActivityEnvironment().run(activity, asked)
        assert not changed(after, self.record()), f"{name} is only once while its answer is kept: {changed(after, self.record())}"
        self.done.add(name)
        return first

    async def look(self, activity: Activity, asked: Any) -> Any:
        """The answer of an activity that changes nothing."""
        before = self.record()
        answer = await ActivityEnvironment().run(activity, asked)
        assert not changed(before, self.record()), f"{name_of(activity)} changed something"
        self.done.add(name_of(activity))
        return answer

    async def follow(self, schedule: Activity, actions: Mapping[str, Activity], subject_id: str) -> list[str]:
        """Do what is due, twice each, moving the clock, until nothing is or something is that `actions` leaves out.

        The actions in their order. Two equal schedules in a row fail: the workflow would spin.
        """
        taken: list[str] = []
        subject = self.subject(subject_id)
        last: tuple[str, int] | None = None
        for _ in range(MOST_STEPS):
            due: Schedule = await self.look(schedule, subject)
            if due.is_over or due.action not in actions or due.wake_at is None:
                return taken
            assert last != (due.action, due.index), f"{due.action} {due.index} is due again"
            last = (due.action, due.index)
            left = datetime.fromisoformat(due.wake_at) - clock.now()
            if left > timedelta():
                clock.move(left + timedelta(seconds=1))
            await self.do(actions[due.action], replace(subject, index=due.index))
            taken.append(due.action)
        raise AssertionError(f"no end: {taken}")

    def subject(self, subject_id: str) -> SubjectInput:
        return SubjectInput(self.shop.studio.workspace_id, subject_id)

    def record(self) -> Record:
        """Every row of every table but those that keep answers."""
        with closing(sqlite3.connect(self.shop.settings.home / "throughline.db")) as database:
            names = [name for name in SQLModel.metadata.tables if name != "idempotency_keys"]
            return {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in names}  # noqa: S608 - our own names

    def _forget_answers(self) -> None:
        with closing(sqlite3.connect(self.shop.settings.home / "throughline.db", isolation_level=None)) as database:
            database.execute("DELETE FROM idempotency_keys")


def changed(before: Record, after: Record) -> dict[str, list[Any]]:
    """By table, the rows that are new or other."""
    return {name: [row for row in after[name] if row not in before[name]] for name in after if after[name] != before[name]}


def name_of(activity: Activity) -> str:
    """The name under which an activity is registered."""
    name = getattr(activity, "__temporal_activity_definition").name
    assert isinstance(name, str)
    return name
