"""2. The automation thanks the lead, tells the team and notes a follow-up."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import holidays

from models import clock
from tests.journeys.world import World


def take(world: World) -> str:
    """See the mail, the post in the channel and the task."""
    mail = world.mail_to(world.email, "Thank you")
    world.until("the post in the CRM channel", lambda: _post(world))
    task = world.until("the follow-up task", lambda: _task(world))
    world.check(task["assignee_id"], "the follow-up belongs to nobody")
    due = _in_working_days(2)
    world.check(task["due_on"] == due.isoformat(), f"the follow-up is due on {task['due_on']} instead of {due}")
    kept = {one["message_id"] for one in world.items("/emails", contact_id=world.known["contact"])}
    world.check(mail["message_id"] in kept, "the mail's Message-ID is not the one that was fixed before it was sent")
    return f"mail {mail['message_id'][:22]}…, post in CRM, “{task['title']}” due {due}"


def _in_working_days(days: int) -> date:
    """Counted in Berlin, where the demo's studio works."""
    free = holidays.country_holidays("DE", subdiv="BE")
    day = clock.now().astimezone(ZoneInfo("Europe/Berlin")).date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5 and day not in free
    return day


def _post(world: World) -> object:
    channels = [one for one in world.items("/conversations", kind="channel") if one["name"].lower() == "crm"]
    return channels and [one for one in world.items(f"/conversations/{channels[0]['id']}/messages") if world.run in one["body"]]


def _task(world: World) -> dict[str, str] | None:
    found = world.items("/tasks", engagement_id=world.known["engagement"])
    return found[0] if found else None
