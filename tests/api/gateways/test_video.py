"""A room is stable for its booking and secret to everybody else."""

from api.gateways.video import jitsi_link


def link(**changes):
    known = {"base_url": "https://meet.example/", "slug": "Birch & Stone", "booking_id": "bkg_1", "secret": "s" * 32}
    known.update(changes)
    return jitsi_link(known.pop("base_url"), known.pop("slug"), **known)


def test_a_retry_makes_the_same_room():
    assert link() == link()
    assert link().startswith("https://meet.example/Birch-Stone-")
    assert len(link().rpartition("-")[2]) == 24


def test_every_booking_and_every_installation_has_its_own():
    rooms = {link(booking_id=f"bkg_{n}") for n in range(200)} | {link(secret="another")}
    assert len(rooms) == 201


def test_a_slug_cannot_leave_its_place_in_the_address():
    assert link(slug="../../x?y=#z").startswith("https://meet.example/x-y-z-")
    assert link(slug="🦊").startswith("https://meet.example/meeting-")
