"""4. The client signs proposal and contract in one act; a sealed PDF reaches both; one flipped byte is found."""

from typing import Any

from api.demo.signing import sign
from tests.journeys.world import World


def take(world: World) -> str:
    """Sign, sign again, check the sealed file and a copy with one byte changed."""
    for _ in range(2):
        sign(world.public, world.known["link"], name=world.lead)
    proposal = world.read(f"/proposals/{world.known['proposal']}")
    world.check(proposal["status"] == "accepted", f"the proposal is {proposal['status']}")
    contract = world.read(f"/contracts/{proposal['contract_id']}")
    world.check(contract["status"] == "completed", f"the contract is {contract['status']}")
    sealed = _sealed(world, world.mail_to(world.email, "Signed"))
    flipped = bytearray(sealed)
    flipped[len(flipped) // 2] ^= 1
    world.check(_verdict(world, sealed), "the sealed file does not verify")
    world.check(not _verdict(world, bytes(flipped)), "a changed byte went unnoticed")
    return f"proposal and contract signed once, sealed PDF of {len(sealed) // 1024} KB verifies, a flipped byte does not"


def _sealed(world: World, mail: dict[str, Any]) -> bytes:
    names = [one["filename"] for one in mail["attachments"]]
    index = next(index for index, name in enumerate(names) if name.endswith(".pdf"))
    return world.mail.get(f"/messages/{mail['id']}/attachments/{index}").content


def _verdict(world: World, pdf: bytes) -> bool:
    page = world.public.post("/verify", files={"file": ("signed.pdf", pdf, "application/pdf")})
    world.check(page.status_code in (200, 422), f"/verify answered {page.status_code}")
    return "Genuine: signed.pdf" in page.text
