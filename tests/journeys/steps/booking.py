"""6. The client books the kickoff call; the slot is taken once; both are invited."""

import re
from html import unescape

from tests.journeys.world import World


def take(world: World) -> str:
    """Book, try the same start as somebody else, read the invitation."""
    token = world.known["link"].rsplit("/", 1)[1]
    start = _free_start(world, token)
    booked = world.public.post("/book/kickoff", data={"starts_at": start, "zone": "Europe/Oslo", "proposal": token})
    world.check(booked.status_code == 303, f"booking answered {booked.status_code}")
    again = world.public.post("/book/kickoff", data={"starts_at": start, "zone": "Europe/Oslo", "proposal": token})
    world.check(again.headers.get("location") == booked.headers["location"], "booking twice is not the same call")
    stranger = {"starts_at": start, "zone": "UTC", "name": "Somebody Else", "email": f"else.{world.run}@falk.example"}
    second = world.public.post("/book/kickoff", data=stranger)
    world.check(second.status_code == 409, f"the taken slot answered {second.status_code} to somebody else")
    booking = world.items("/bookings", engagement_id=world.known["engagement"])[0]
    world.known["booking"] = booking["id"]
    mail = world.mail_to(world.email, "Confirmed")
    world.check(any(one["filename"] == "invite.ics" for one in mail["attachments"]), "the mail carries no invitation")
    made = world.until("the meeting link", lambda: world.read(f"/bookings/{booking['id']}")["meeting_url"])
    world.check(made in mail["text"], "the invitation does not name the meeting link")
    return f"{start[:16]} taken once, invitation sent, {made}"


def _free_start(world: World, token: str) -> str:
    page = world.public.get(f"/book/kickoff?proposal={token}&zone=Europe/Oslo").text
    starts = re.findall(r'name="starts_at" value="([^"]+)"', page)
    world.check(starts, "no open time is offered")
    # Runs one after the other must not fight over the first start; they take what is still open.
    return unescape(starts[0])
