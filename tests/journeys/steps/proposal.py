"""3. A proposal from a template: changed, sent, viewed, asked about."""

from typing import Any

from tests.journeys.world import World


def take(world: World) -> str:
    """Draft, send, open the link, ask, answer."""
    templates = {one["name"]: one["id"] for one in world.items("/proposal_templates")}
    wanted = {"engagement_id": world.known["engagement"], "template_id": templates["Website"], "title": f"Tea shop {world.run}"}
    proposal = world.write("/proposals", wanted)
    world.write(f"/proposals/{proposal['id']}/sending")
    mail = world.mail_to(world.email, "proposal")
    link = world.link_in(mail, "/p/").split("#")[0].rstrip(".")
    world.known |= {"proposal": proposal["id"], "link": link}
    for _ in range(3):
        world.public.get(link)
    world.check(not world.read(f"/proposals/{proposal['id']}/views"), "opening the link without scripts counted as a view")
    world.public.post(f"{link}/views")
    world.check(world.read(f"/proposals/{proposal['id']}/views"), "the view was not recorded")
    _talk(world, link)
    sent = world.read(f"/proposals/{proposal['id']}")
    return f"{sent['total_minor'] / 100:,.2f} {sent['currency']}, viewed once, asked and answered"


def _talk(world: World, link: str) -> None:
    question = f"Does {world.run} include photographs?"
    world.public.post(f"{link}/messages", data={"body": question})
    talk = world.until("the question in the inbox", lambda: _conversation(world))
    world.write(f"/conversations/{talk['id']}/messages", {"body": f"Yes, {world.run} does."})
    answer = world.until("the answer by mail", lambda: _mailed(world, f"Yes, {world.run} does."))
    world.check(f"Yes, {world.run} does." in world.public.get(link).text, "the answer does not stand on the proposal's page")
    world.mail.post(f"/api/reply/{answer['id']}", json={"text": f"Good, {world.run} it is."})
    world.until("the reply by mail in the inbox", lambda: _said(world, talk["id"], f"Good, {world.run} it is."))


def _mailed(world: World, words: str) -> dict[str, Any] | None:
    whole = (world.mail.get(f"/api/messages/{one['id']}").json() for one in world.mails(world.email))
    return next((mail for mail in whole if words in mail["text"]), None)


def _said(world: World, conversation_id: str, words: str) -> bool:
    return any(words in one["body"] for one in world.items(f"/conversations/{conversation_id}/messages"))


def _conversation(world: World) -> dict[str, str] | None:
    found = world.items("/conversations", contact_id=world.known["contact"], kind="client")
    return found[0] if found else None
