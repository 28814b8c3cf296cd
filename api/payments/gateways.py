"""Which provider takes the money, as the settings say."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.gateways.payments import PaymentGateway
from api.gateways.paypal import PayPalGateway
from api.gateways.square import SquareGateway
from api.gateways.stripe import StripeGateway
from models.settings import Settings
from models.types.errors import NotFound, Refused
from models.types.payments import Provider

ACCOUNT = "default"
"""The installation's one account at each provider; part of an event's identity."""


def offered_provider(settings: Settings) -> Provider | None:
    """The provider whose page payers are sent to: the first that is set up. None when none is."""
    return next((provider for provider, is_set_up in _SET_UP.items() if is_set_up(settings)), None)


@contextmanager
def opened_gateway(settings: Settings, provider: str) -> Iterator[PaymentGateway]:
    """A provider's gateway, closed afterwards. Raises Refused when it is not set up, NotFound when nobody knows it."""
    known = next((one for one in Provider if one == provider), None)
    if known is None:
        raise NotFound("There is no such payment provider.")
    if not _SET_UP[known](settings):
        raise Refused(f"Payments by {known.value.capitalize()} are not set up on this installation.")
    gateway = _MAKERS[known](settings)
    try:
        yield gateway
    finally:
        gateway.close()


def _stripe(settings: Settings) -> PaymentGateway:
    return StripeGateway(
        ACCOUNT,
        secret_key=settings.stripe_api_key,
        webhook_secret=settings.stripe_webhook_secret,
        api_url=settings.stripe_base_url,
    )


def _paypal(settings: Settings) -> PaymentGateway:
    return PayPalGateway(
        ACCOUNT,
        client_id=settings.paypal_client_id,
        secret=settings.paypal_client_secret,
        webhook_id=settings.paypal_webhook_id,
        api_url=settings.paypal_base_url,
    )


def _square(settings: Settings) -> PaymentGateway:
    return SquareGateway(
        ACCOUNT,
        access_token=settings.square_access_token,
        location_id=settings.square_location_id,
        signature_key=settings.square_webhook_signature_key,
        notification_url=f"{settings.public_url.rstrip('/')}/webhooks/square",
        api_url=settings.square_base_url,
    )


_SET_UP: dict[Provider, Callable[[Settings], bool]] = {
    Provider.STRIPE: lambda settings: bool(settings.stripe_api_key),
    Provider.PAYPAL: lambda settings: bool(settings.paypal_client_id),
    Provider.SQUARE: lambda settings: bool(settings.square_access_token),
}
_MAKERS: dict[Provider, Callable[[Settings], PaymentGateway]] = {
    Provider.STRIPE: _stripe,
    Provider.PAYPAL: _paypal,
    Provider.SQUARE: _square,
}
