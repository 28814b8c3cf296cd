"""Meeting rooms. A Jitsi room needs no call to anyone: it exists when somebody opens its address."""

import base64
import hashlib
import hmac
import re


def jitsi_link(base_url: str, slug: str, *, booking_id: str, secret: str) -> str:
    """The address of a booking's room; the same for the same booking, and not to be guessed without the secret.

    slug: a word for people, such as the studio's name; only its letters and digits are kept.
    Source: a retry after a lost answer must not move the meeting, so nothing here is random.
    """
    word = re.sub(r"[^A-Za-z0-9]+", "-", slug).strip("-")[:40] or "meeting"
    proof = hmac.new(secret.encode(), f"jitsi:{booking_id}".encode(), hashlib.sha256).digest()
    room = base64.b32encode(proof[:15]).decode().lower()
    return f"{base_url.rstrip('/')}/{word}-{room}"
