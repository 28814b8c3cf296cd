"""11. The retainer of the proposal runs; pausing, archiving and coming back make up for nothing; the profile tells it all."""

from tests.journeys.world import World


def take(world: World) -> str:
    """See the first period billed once, pause and resume, archive and bring back, read the timeline."""
    retainer = world.until("the retainer", lambda: next(iter(_retainers(world)), None))
    invoice = world.until("the first period's invoice", lambda: next(iter(_periods(world)), None))
    world.write(f"/retainers/{retainer['id']}/pause", {})
    world.write(f"/retainers/{retainer['id']}/pause", method="DELETE")
    before = len(_periods(world))
    preview = world.read(f"/engagements/{world.known['engagement']}/archive")
    world.write(f"/engagements/{world.known['engagement']}/archive")
    world.write(f"/engagements/{world.known['engagement']}/archive", method="DELETE")
    world.check(len(_periods(world)) == before == 1, "archiving or coming back billed another period")
    world.check(_retainers(world)[0]["status"] == "paused", "the retainer went on by itself after coming back")
    story = world.items(f"/contacts/{world.known['contact']}/timeline", limit=100)
    world.check(len(story) > 20, f"the profile tells only {len(story)} things")
    stops = sum(len(lines) for lines in preview.values() if isinstance(lines, list))
    bill = invoice["number"] or "a draft"
    return f"{retainer['name']}: {bill} for the first period; archive named {stops} things, the story {len(story)}"


def _retainers(world: World) -> list[dict[str, str]]:
    return world.items("/retainers", engagement_id=world.known["engagement"])


def _periods(world: World) -> list[dict[str, str]]:
    return [one for one in world.items("/invoices", engagement_id=world.known["engagement"]) if one["kind"] == "retainer"]
