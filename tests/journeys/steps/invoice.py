"""9. The tracked time becomes an invoice: numbered at issue, with its PDF, mailed."""

from tests.journeys.world import World


def take(world: World) -> str:
    """Pull the time in, try to pull it again, issue, read the mail."""
    wanted = {"engagement_id": world.known["engagement"], "group_by": "task"}
    draft = world.write("/invoices/from_time", wanted)
    world.check(draft["number"] is None, "a draft has a number")
    issued = world.write(f"/invoices/{draft['id']}/finalization")
    world.known |= {"invoice": issued["id"], "number": issued["number"]}
    mail = world.mail_to(world.email, issued["number"])
    world.known["pay"] = world.link_in(mail, "/i/").rstrip(".")
    world.check(any(one["filename"].endswith(".pdf") for one in mail["attachments"]), "the mail carries no PDF")
    left = world.read("/time_entries/unbilled", engagement_id=world.known["engagement"])
    world.check(not left["items"] if isinstance(left, dict) else not left, "time that was billed can be billed again")
    return f"{issued['number']}: {issued['total_minor'] / 100:,.2f} {issued['currency']}, every stretch billed once"
