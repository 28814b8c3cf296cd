"""8. Time against tasks: a timer, and hours logged by hand, at the rate that applies."""

from datetime import UTC, timedelta

from models import clock
from tests.journeys.world import World


def take(world: World) -> str:
    """Start and stop a timer, log two stretches."""
    member = next(one["id"] for one in world.items("/members") if one["email"].startswith("jonas"))
    place = {"task_id": world.known["task"], "member_id": member}
    started = world.write("/time_entries/timer", {**place, "note": "Clock"})
    stopped = world.write(f"/time_entries/timer?member_id={member}", method="DELETE")
    world.check(stopped["id"] == started["id"], "another timer was stopped")
    day = clock.now().astimezone(UTC).replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=1)
    for hours, note in ((1.5, "Concept"), (2.0, "Drawing")):
        began = day + timedelta(hours=3 if note == "Drawing" else 0)
        stretch = {"started_at": began.isoformat(), "stopped_at": (began + timedelta(hours=hours)).isoformat(), "note": note}
        world.write("/time_entries", {**place, **stretch}, key=note)
    entries = world.items("/time_entries", task_id=world.known["task"])
    world.check(len(entries) == 3, f"{len(entries)} entries instead of 3")
    rate = next(one for one in entries if one["note"] == "Concept")
    return f"timer and 3:30 h logged at {rate['rate_minor_per_hour'] / 100:.2f} an hour ({rate['rate_reason']})"
