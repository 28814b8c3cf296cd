"""The whole story, step by step: from the first enquiry to the running retainer."""

from collections.abc import Callable

from tests.journeys.steps import (
    booking,
    enquiry,
    follow_up,
    invoice,
    payment,
    project,
    proposal,
    retainer,
    signature,
    time_tracking,
    work,
)
from tests.journeys.world import Lost, World

STEPS: tuple[tuple[str, Callable[[World], str]], ...] = (
    ("Enquiry", enquiry.take),
    ("Follow-up", follow_up.take),
    ("Proposal", proposal.take),
    ("Signature", signature.take),
    ("Project", project.take),
    ("Kickoff call", booking.take),
    ("Work", work.take),
    ("Time", time_tracking.take),
    ("Invoice", invoice.take),
    ("Payment", payment.take),
    ("Retainer", retainer.take),
)


def walk(world: World, say: Callable[[str], None]) -> int:
    """Take the steps in order, a line each; the number that were taken. Stops at the first that fails."""
    for number, (name, take) in enumerate(STEPS, start=1):
        try:
            say(f"  {number:2}  {name:13} {take(world)}")
        except Lost as lost:
            say(f"  {number:2}  {name:13} FAILED: {lost}")
            return number - 1
    return len(STEPS)
