"""2. The automation thanks the lead, tells the team and notes a follow-up."""

from datetime import date

from tests.journeys.world import World


def take(world: World) -> str:
    """See the mail, the post in the channel and the task."""
    mail = world.mail_to(world.email, "Thank you")
    world.until("the post in the CRM channel", lambda: _post(world))
    task = world.until("the follow-up task", lambda: _task(world))
    world.check(task["assignee_id"], "the follow-up belongs to nobody")
    due = date.fromisoformat(task["due_on"])
    world.check(due.weekday() < 5, f"the follow-up is due on a weekend: {due}")
    return f"mail {mail['message_id'][:22]}…, post in CRM, “{task['title']}” due {due}"


def _post(world: World) -> object:
    channels = [one for one in world.items("/conversations", kind="channel") if one["name"].lower() == "crm"]
    return channels and [one for one in world.items(f"/conversations/{channels[0]['id']}/messages") if world.run in one["body"]]


def _task(world: World) -> dict[str, str] | None:
    found = world.items("/tasks", engagement_id=world.known["engagement"])
    return found[0] if found else None
