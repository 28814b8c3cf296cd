"""When a mail about what needs a member is due."""

from datetime import UTC, datetime, timedelta

import pytest

from models.rules.alerts import gathered_mail_due

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("pending", "last", "due"),
    [
        pytest.param(None, None, NOON + MINUTE, id="the first waits a minute for others"),
        pytest.param(NOON + 5 * MINUTE, None, NOON + 5 * MINUTE, id="with the mail that is due anyway"),
        pytest.param(None, NOON - 20 * MINUTE, NOON + 40 * MINUTE, id="one an hour"),
        pytest.param(None, NOON - 5 * HOUR, NOON + MINUTE, id="long ago counts for nothing"),
        pytest.param(NOON - MINUTE, NOON - 2 * HOUR, NOON - MINUTE, id="one that is overdue takes it along"),
    ],
)
def test_what_comes_often_is_gathered(pending: datetime | None, last: datetime | None, due: datetime):
    assert gathered_mail_due(NOON, pending=pending, last=last) == due
