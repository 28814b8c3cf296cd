"""The test cards: Stripe's numbers, Stripe's answers. Any future date and any security code will do."""

from dataclasses import dataclass
from datetime import date

from api.sandbox.provider.errors import CardError


@dataclass(frozen=True, slots=True)
class Decline:
    code: str
    decline_code: str
    message: str


DECLINES = {
    decline.decline_code: decline
    for decline in (
        Decline("card_declined", "generic_decline", "Your card was declined."),
        Decline("card_declined", "insufficient_funds", "Your card has insufficient funds."),
        Decline("expired_card", "expired_card", "Your card has expired."),
        Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
    )
}
_DECLINED_NOW = {
    "4000000000000002": "generic_decline",
    "4000000000009995": "insufficient_funds",
    "4000000000000069": "expired_card",
    "4000000000000127": "incorrect_cvc",
}
# Can be paid with and saved; every later charge on the saved card is declined.
_DECLINED_LATER = {"4000000000000341": "generic_decline"}
_BRANDS = (("4", "visa"), ("5", "mastercard"), ("2", "mastercard"), ("34", "amex"), ("37", "amex"), ("6", "discover"))

TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeCustomerFail": "4000000000000341",
}
"""Stripe's ready-made test methods."""

SHOWN = (
    ("4242 4242 4242 4242", "pays"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has no funds"),
    ("4000 0000 0000 0341", "pays now, fails when charged later"),
)
"""What the page offers to a person who tries things out."""


@dataclass(frozen=True, slots=True)
class Card:
    """What is kept of a card: never its number."""

    brand: str
    last4: str
    exp_month: int
    exp_year: int
    declined_now: str | None
    declined_later: str | None


def read_card(number: str, expiry: str, *, today: date) -> Card:
    """The card behind what was typed. expiry: "12/34" or "12/2034". Raises CardError for what no card can be."""
    digits = "".join(filter(str.isdigit, number))
    if not _luhn(digits):
        raise CardError("incorrect_number", "Your card number is incorrect.")
    month, year = _expiry(expiry)
    if (year, month) < (today.year, today.month):
        raise CardError("invalid_expiry_year", "Your card's expiration date is in the past.")
    brand = next((name for prefix, name in reversed(_BRANDS) if digits.startswith(prefix)), "unknown")
    return Card(brand, digits[-4:], month, year, _DECLINED_NOW.get(digits), _DECLINED_LATER.get(digits))


def _expiry(typed: str) -> tuple[int, int]:
    month, _, year = typed.replace(" ", "").partition("/")
    if not (month.isdigit() and year.isdigit() and 1 <= int(month) <= 12 and len(year) in (2, 4)):
        raise CardError("invalid_expiry_month", "Your card's expiration date is incomplete.")
    return int(month), int(year) % 100 + 2000


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return 12 <= len(digits) <= 19 and sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
