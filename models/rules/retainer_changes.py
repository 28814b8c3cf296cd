"""What a change of a retainer would do, before it is made."""

from collections.abc import Sequence
from dataclasses import replace

from models.rules.retainers import next_invoices
from models.types.retainers import Pause, PausePreview, RetainerTerms, UpcomingInvoice

_FAR = 24
"""How many invoices ahead a change is looked at."""
_SHOWN = 3


def pause_preview(terms: RetainerTerms, pause: Pause, *, since_index: int) -> PausePreview:
    """Which of the coming invoices a pause drops, which it makes smaller, and which comes first after it."""
    before = next_invoices(terms, _FAR, since_index=since_index)
    after = next_invoices(replace(terms, pauses=(*terms.pauses, pause)), _FAR, since_index=since_index)
    kept = {one.period.index: one for one in after}
    dropped = [one for one in before if one.period.index not in kept]
    return PausePreview(
        pause=pause,
        dropped=tuple(dropped if pause.ends_on else dropped[:_SHOWN]),
        changed=tuple(_changed(before, kept)),
        following=next((one for one in after if pause.ends_on and one.bills_on >= pause.ends_on), None),
    )


def _changed(
    before: Sequence[UpcomingInvoice], kept: dict[int, UpcomingInvoice]
) -> list[tuple[UpcomingInvoice, UpcomingInvoice]]:
    pairs = [(one, kept[one.period.index]) for one in before if one.period.index in kept]
    return [(one, other) for one, other in pairs if one.amount_minor != other.amount_minor]
