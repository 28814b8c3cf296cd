"""10. The client pays by the link: declined first, then paid; one receipt, books that balance."""

from tests.journeys.world import World

DECLINED, GOOD = "4000000000000002", "4242424242424242"


def take(world: World) -> str:
    """Pay with a card that is declined, then with a good one, and wait for what follows by itself."""
    _pay(world, DECLINED)
    world.check(_invoice(world)["status"] == "open", "a declined card paid the invoice")
    _pay(world, GOOD)
    world.until("the invoice to be paid", lambda: _invoice(world)["status"] == "paid")
    world.mail_to(world.email, "eceipt")
    charges = world.provider.get("/sandbox/charges", params={"invoice_id": world.known["invoice"]}).json()
    taken = [one for one in (charges if isinstance(charges, list) else charges["data"]) if one["status"] == "succeeded"]
    world.check(len(taken) == 1, f"the provider took {len(taken)} charges")
    entries = world.items("/ledger_entries", invoice_id=world.known["invoice"], limit=100)
    world.check(entries and sum(one["amount_minor"] for one in entries) == 0, f"the books do not balance: {entries}")
    check = world.read("/ledger_entries/check")
    world.check(world.known["invoice"] not in check["invoice_ids"], "the invoice does not say what the ledger says")
    receipts = {one["message_id"] for one in world.mails(world.email, "eceipt")}
    world.check(len(receipts) == 1, f"{len(receipts)} receipts for one payment")
    return f"{world.known['number']} paid after a declined card; 1 charge, 1 receipt, books balance"


def _pay(world: World, card: str) -> None:
    page = world.public.post(f"{world.known['pay']}/payment", data={"saves_card": "on"})
    world.check(page.status_code == 303, f"paying answered {page.status_code}: {page.text[:200]}")
    checkout = page.headers["location"].rstrip("/").rsplit("/", 1)[1].split("?")[0]
    world.provider.post(f"/sandbox/checkout/{checkout}/pay", json={"card": card})


def _invoice(world: World) -> dict[str, str]:
    found: dict[str, str] = world.read(f"/invoices/{world.known['invoice']}")
    return found
