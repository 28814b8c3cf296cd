"""What outside parties tell us."""

from api.webhooks import (
    automations,
    mail,
    paypal,
    square,
    stripe,
)

ROUTERS = [
    automations.router,
    mail.router,
    paypal.router,
    square.router,
    stripe.router,
]
