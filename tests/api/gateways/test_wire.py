"""Money on the wire: the rows that other people got wrong."""

import pytest

from api.gateways.payments import GatewayRejected
from api.gateways.wire import from_paypal, from_stripe, paypal_amount, square_amount, stripe_amount
from models.types.money import Money

ROWS = [
    ("EUR", 12_345, 12_345, "123.45"),
    ("EUR", 5, 5, "0.05"),
    ("JPY", 5_000, 5_000, "5000"),
    ("KWD", 12_340, 12_340, None),
    ("ISK", 500, 50_000, None),
    ("UGX", 500, 50_000, None),
    ("MGA", 500, 5, None),
    ("HUF", 150_000, 150_000, "1500"),
    ("TWD", 1_200, 1_200, "12"),
]


@pytest.mark.parametrize(("currency", "minor", "stripe", "paypal"), ROWS)
def test_amounts_survive_the_way_there_and_back(currency: str, minor: int, stripe: int, paypal: str | None):
    money = Money(minor, currency)
    assert stripe_amount(money) == stripe
    assert from_stripe(stripe, currency.lower()) == money
    if paypal is None:
        with pytest.raises(GatewayRejected):
            paypal_amount(money)
    else:
        assert paypal_amount(money) == {"currency_code": currency, "value": paypal}
        assert from_paypal({"currency_code": currency, "value": paypal}) == money


@pytest.mark.parametrize(
    ("write", "money"),
    [
        (stripe_amount, Money(12_345, "KWD")),  # the last digit must be 0
        (stripe_amount, Money(550, "MGA")),
        (paypal_amount, Money(150_050, "HUF")),
        (square_amount, Money(100, "CHF")),
        (stripe_amount, Money(0, "EUR")),
        (paypal_amount, Money(-5, "EUR")),
    ],
)
def test_an_amount_a_provider_cannot_hold_is_never_rounded(write, money: Money):
    with pytest.raises(GatewayRejected):
        write(money)
