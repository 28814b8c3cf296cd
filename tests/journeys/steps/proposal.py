"""3. A proposal from a template: changed, sent, viewed, asked about."""

from typing import Any

from tests.journeys.world import World, hidden_fields


def take(world: World) -> str:
    """Draft, send, open the link, ask, answer."""
    templates = {one["name"]: one["id"] for one in world.items("/proposal_templates")}
    wanted = {"engagement_id": world.known["engagement"], "template_id": templates["Website"], "title": f"Tea shop {world.run}"}
    proposal = world.write("/proposals", wanted)
    _edit(world, proposal)
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


def _edit(world: World, proposal: dict[str, Any]) -> None:
    """100.00 more for the first line; the total follows, with 19 % tax."""
    lines = [{name: value for name, value in line.items() if name != "position"} for line in proposal["line_items"]]
    for line in lines:
        line["retainer_terms"] = line["retainer_terms"] or None
    lines[0]["unit_price_minor"] += 10000
    changed = world.write(f"/proposals/{proposal['id']}", {"line_items": lines}, method="PATCH")
    more = changed["total_minor"] - proposal["total_minor"]
    world.check(more == 11900, f"100.00 more came to {more / 100:.2f} with tax")


def _talk(world: World, link: str) -> None:
    question = f"Does {world.run} include photographs?"
    world.public.post(f"{link}/messages", data={**hidden_fields(world.public.get(link).text), "body": question})
    talk = world.until("the question in the inbox", lambda: _conversation(world))
    answer = f"Yes, {world.run} does."
    world.write(f"/conversations/{talk['id']}/messages", {"body": answer})
    mail = world.mail_holding(world.email, answer)
    world.check(answer in world.public.get(link).text, "the answer does not stand on the proposal's page")
    reply = f"Good, {world.run} it is."
    world.mail.post_unless(lambda: _said(world, talk["id"], reply), f"/api/reply/{mail['id']}", json={"text": reply})
    world.until("the reply by mail in the inbox", lambda: _said(world, talk["id"], reply))


def _said(world: World, conversation_id: str, words: str) -> bool:
    return any(words in one["body"] for one in world.items(f"/conversations/{conversation_id}/messages"))


def _conversation(world: World) -> dict[str, str] | None:
    found = world.items("/conversations", contact_id=world.known["contact"], kind="client")
    return found[0] if found else None
