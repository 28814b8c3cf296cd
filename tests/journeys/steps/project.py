"""5. One project, made by itself; the client is invited and sees only what is shared."""

from tests.journeys.world import World


def take(world: World) -> str:
    """Wait for the project, enter the portal by the mailed link, look around."""
    project = world.until("the project", lambda: _project(world))
    world.known["project"] = project["id"]
    tasks = world.items("/tasks", project_id=project["id"], limit=100)
    world.check(len(tasks) == 10, f"{len(tasks)} tasks instead of the template's 10")
    link = _enter(world)
    page = world.portal.get(f"/portal/projects/{project['id']}")
    world.check(page.status_code == 200, f"the client's project page answered {page.status_code}")
    world.check("Send us your texts" in page.text, "the client does not see a shared task")
    world.check("Order fonts" not in page.text, "the client sees a task of a private board")
    again = world.portal.post(link)
    world.check(again.status_code != 303 or "/portal/enter" in again.headers["location"], "the one-time link worked twice")
    return f"1 project with {len(tasks)} tasks; the client came in once and sees only what is shared"


def _project(world: World) -> dict[str, str] | None:
    found = world.items("/projects", engagement_id=world.known["engagement"])
    world.check(len(found) <= 1, f"{len(found)} projects for one proposal")
    return found[0] if found else None


def _enter(world: World) -> str:
    """Go in by the mailed link; the link. Whoever saw no answer finds it used up, and asks for a fresh one on that page."""
    link = world.link_in(world.mail_to(world.email, "Everything about our work"), "/portal/enter/")
    world.portal.get(link)
    entered = world.portal.post(link)
    if entered.status_code == 303:
        return link
    known = {mail["id"] for mail in world.mails(world.email, "Your way into")}
    world.portal.post(f"{link}/renewal")
    fresh = world.until("a fresh way into the portal", lambda: _fresh(world, known))
    again = world.portal.post(fresh, may_be_lost=False)  # else nobody would ever come in
    world.check(again.status_code == 303, f"the fresh link answered {again.status_code}")
    return fresh


def _fresh(world: World, known: set[int]) -> str | None:
    new = [mail for mail in world.mails(world.email, "Your way into") if mail["id"] not in known]
    return world.link_in(new[-1], "/portal/enter/") if new else None
