"""A retainer's terms in words, for members and clients alike."""

from collections.abc import Callable

from api.web.formats import day, duration, money, percent
from models.rules.dates import end_of_month
from models.tables.payments import SavedMethod
from models.tables.retainers import Retainer
from models.types.retainers import BillingTime, Collection, HoursTerms, MissedPolicy, Proration, RetainerTerms, Rhythm

RHYTHMS = [
    (Rhythm.MONTHS.value, "Months from the first day"),
    (Rhythm.CALENDAR_MONTHS.value, "Calendar months"),
    (Rhythm.HALF_MONTHS.value, "Half months: the 1st and the 16th"),
    (Rhythm.LAST_WORKDAY.value, "From the last workday of the month"),
    (Rhythm.WEEKS.value, "Weeks"),
]
MISSED = [
    (MissedPolicy.BILL.value, "Bill each of them, in order"),
    (MissedPolicy.MERGE.value, "Bill them on one invoice"),
    (MissedPolicy.SKIP.value, "Let them go"),
    (MissedPolicy.ASK.value, "Ask me about each"),
]


def rhythm_words(terms: RetainerTerms) -> str:
    """How often: "Every month on the 15th", "Every 2 weeks on Monday"."""
    every, anchor = terms.every, terms.anchor_on
    if terms.rhythm == Rhythm.WEEKS:
        return f"Every week on {anchor:%A}" if every == 1 else f"Every {every} weeks on {anchor:%A}"
    if terms.rhythm == Rhythm.HALF_MONTHS:
        return "On the 1st and the 16th"
    months = "Every month" if every == 1 else f"Every {every} months"
    if terms.rhythm == Rhythm.LAST_WORKDAY:
        return f"{months} on the last workday"
    if terms.rhythm == Rhythm.CALENDAR_MONTHS:
        return f"{months} on the 1st"
    at_the_end = anchor.day > 28 and anchor == end_of_month(anchor)
    return f"{months} on the last day" if at_the_end and anchor.day == 31 else f"{months} on the {_ordinal(anchor.day)}"


def terms_facts(retainer: Retainer, terms: RetainerTerms, card: SavedMethod | None) -> list[tuple[str, str]]:
    """What was agreed, as pairs of label and text."""
    taxes = " + ".join(percent(rate) for rate in retainer.tax_rates_mpct)
    kind = "with tax" if retainer.prices_include_tax else f"plus {taxes} tax" if taxes else "no tax"
    facts = [
        ("Fee", f"{money(terms.amount_minor, terms.currency)}, {kind}"),
        (
            "Billed",
            rhythm_words(terms).capitalize() + (", in advance" if terms.billing == BillingTime.ADVANCE else ", in arrears"),
        ),
        ("Money", _collection(retainer, card)),
        ("Drafts", "Issued at once" if not retainer.review_days else f"{_days(retainer.review_days)} to review, then issued"),
        ("Hours", hours_words(terms.hours, lambda minor: money(minor, terms.currency))),
        ("Part periods", "By the day" if terms.proration == Proration.DAILY else "In full or not at all"),
        ("If missed", dict(MISSED)[terms.missed.value]),
        ("Began", day(terms.anchor_on)),
    ]
    if terms.minimum_minor:
        facts.insert(1, ("At least", money(terms.minimum_minor, terms.currency)))
    if terms.ends_on:
        facts.append(("Ends", day(terms.ends_on)))
    return facts


def hours_words(hours: HoursTerms, say: Callable[[int], str]) -> str:
    """The bucket in one line: "10:00 a period, rest rolls over, beyond that €95.00 an hour"."""
    if not hours.included_seconds and not hours.overage_rate_minor_per_hour:
        return "Not counted"
    words = [f"{duration(hours.included_seconds)} a period"]
    if hours.rolls_over:
        cap = f", up to {duration(hours.rollover_cap_seconds)}" if hours.rollover_cap_seconds is not None else ""
        words.append(f"the rest rolls over{cap}")
    if hours.carries_deficit:
        words.append("overtime is taken from the next period")
    elif hours.overage_rate_minor_per_hour:
        words.append(f"beyond that {say(hours.overage_rate_minor_per_hour)} an hour")
    return ", ".join(words)


def _collection(retainer: Retainer, card: SavedMethod | None) -> str:
    if retainer.collect != Collection.CHARGE:
        return "Invoice by mail, with a link to pay"
    return f"Charged to {card.label or 'the saved card'}" if card else "Charged to a card, but the client has saved none yet"


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
