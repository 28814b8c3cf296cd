"""Money as each provider writes it, and their time. Decimals are not always ISO's, and rounding is never the answer."""

from datetime import UTC, datetime
from decimal import Decimal

from api.gateways.payments import GatewayRejected
from models.types.money import Money, exponent

# Decimals in which Stripe counts, where that is not 2. Source: docs.stripe.com/currencies. ISK and UGX have no decimals
# any more, yet are counted in hundredths for old times' sake; MGA has two by ISO and none at Stripe.
_STRIPE_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}
# What PayPal takes, and how many decimals it allows. Source: developer.paypal.com/reference/currency-codes.
_PAYPAL_EXPONENTS = {
    **dict.fromkeys(
        (
            *("AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "EUR", "HKD", "ILS", "MYR", "MXN"),
            *("NZD", "NOK", "PHP", "PLN", "GBP", "SGD", "SEK", "CHF", "THB", "USD"),
        ),
        2,
    ),
    **dict.fromkeys(("HUF", "JPY", "TWD"), 0),
}
# The currencies of Square's countries. Source: developer.squareup.com/docs/build-basics/working-with-monetary-amounts.
_SQUARE_CURRENCIES = frozenset({"AUD", "CAD", "EUR", "GBP", "JPY", "USD"})


def stripe_amount(money: Money) -> int:
    """Stripe's integer: JPY 500 is 500, KWD 1.230 is 1230, ISK 500 is 50000, MGA 5.00 is 5.

    Raises GatewayRejected for an amount Stripe cannot hold; three-decimal currencies must end in 0 there.
    """
    wire = _rescaled(money, _STRIPE_EXPONENTS.get(money.currency, 2))
    if _STRIPE_EXPONENTS.get(money.currency) == 3 and wire % 10:
        raise GatewayRejected("amount", f"{money.currency} amounts must be whole hundredths with this provider.")
    return wire


def from_stripe(amount: int, currency: str) -> Money:
    """The money behind Stripe's integer. currency: in any case."""
    code = currency.upper()
    return Money(_exact(Decimal(amount).scaleb(exponent(code) - _STRIPE_EXPONENTS.get(code, 2)), code), code)


def paypal_amount(money: Money) -> dict[str, str]:
    """PayPal's object with a decimal string: EUR 12.50 is "12.50", JPY 500 is "500". Raises GatewayRejected."""
    decimals = _PAYPAL_EXPONENTS.get(money.currency)
    if decimals is None:
        raise GatewayRejected("currency", f"{money.currency} is not taken by this provider.")
    value = Decimal(_rescaled(money, decimals)).scaleb(-decimals)
    return {"currency_code": money.currency, "value": f"{value:f}"}


def from_paypal(amount: dict[str, str]) -> Money:
    """The money behind PayPal's object. Raises GatewayRejected for more decimals than the currency has."""
    code = amount["currency_code"]
    return Money(_exact(Decimal(amount["value"]).scaleb(exponent(code)), code), code)


def square_amount(money: Money) -> dict[str, str | int]:
    """Square's object, in ISO minor units. Raises GatewayRejected."""
    if money.currency not in _SQUARE_CURRENCIES:
        raise GatewayRejected("currency", f"{money.currency} is not taken by this provider.")
    return {"amount": _positive(money), "currency": money.currency}


def _rescaled(money: Money, decimals: int) -> int:
    return _exact(Decimal(_positive(money)).scaleb(decimals - exponent(money.currency)), money.currency)


def _positive(money: Money) -> int:
    if money.minor <= 0:
        raise GatewayRejected("amount", "An amount to move must be greater than zero.")
    return money.minor


def _exact(value: Decimal, currency: str) -> int:
    if value != value.to_integral_value():
        raise GatewayRejected("amount", f"{currency} amounts must be whole units with this provider.")
    return int(value)


def real_now() -> datetime:
    """The present moment as the providers count it: their clock does not move with the demo workspace's."""
    return datetime.now(UTC)  # noqa: TID251 - see above
