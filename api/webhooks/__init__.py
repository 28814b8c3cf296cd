"""What outside parties tell us."""

from api.webhooks import (
    mail,
    paypal,
    square,
    stripe,
)

ROUTERS = [
    mail.router,
    paypal.router,
    square.router,
    stripe.router,
]
