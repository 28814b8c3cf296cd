"""1. A lead fills in the public form; a contact and one engagement are there."""

import time

from tests.journeys.world import World, hidden_fields

BRIEF = b"Quiet, green, fast."
LONG_ENOUGH_SECONDS = 3.2
"""A person takes longer than this to answer; what is faster is held back as spam."""


def take(world: World) -> str:
    """Post the form as a browser does, twice with the same page."""
    page = world.public.get("/f/start-a-project").text
    answers = {
        **hidden_fields(page),
        "name": world.lead,
        "email": world.email.upper(),
        "company": f"Falk {world.run}",
        "need": "A new website",
        "details": "A shop for our tea.",
        "budget": "9000",
        "consent": "on",
    }
    time.sleep(LONG_ENOUGH_SECONDS)
    for _ in range(2):
        answer = world.public.post("/f/start-a-project", data=answers, files={"brief": ("brief.txt", BRIEF, "text/plain")})
        world.check(answer.status_code in (200, 303), f"the form answered {answer.status_code}")
    engagement = world.until("an engagement", lambda: _engagement(world))
    world.known |= {"engagement": engagement["id"], "contact": engagement["contact_id"]}
    contacts = [one for one in world.items("/contacts", q=world.email) if one["email"].lower() == world.email]
    world.check(len(contacts) == 1, f"{len(contacts)} contacts for one address")
    brief = world.items("/files", engagement_id=engagement["id"])
    world.check([one["filename"] for one in brief] == ["brief.txt"], f"the brief is not there once: {brief}")
    world.check(BRIEF.decode() not in world.public.get(f"/files/{brief[0]['id']}").text, "anybody can read the brief")
    return f"posted twice: 1 contact, 1 engagement ({engagement['title']}), its brief private"


def _engagement(world: World) -> dict[str, str] | None:
    found = world.items("/engagements", q=f"Falk {world.run}")
    world.check(len(found) <= 1, f"{len(found)} engagements for one answer")
    return found[0] if found else None
