"""What makes a signature: a name, a deliberate mark, and consent to sign electronically given before it."""

import re

from models.types.errors import Invalid
from models.types.proposals import SignatureKind, Signing

MAX_DRAWING = 300_000
"""Characters of a drawn signature's address."""
_DRAWING = re.compile(r"data:image/png;base64,iVBORw0KGgo[A-Za-z0-9+/]+={0,2}")
"""A PNG's first bytes are fixed, and so is how they begin in base 64."""


def consent_text(studio: str) -> str:
    """What a signer agrees to, shown before the signature and kept with it."""
    return (
        f"I agree to sign electronically and to receive these documents from {studio} in electronic form. My electronic "
        "signature has the same effect as one by hand. I have read the documents above, and I may ask for a paper copy "
        "or decline to sign."
    )


def check_signing(signing: Signing) -> None:
    """Raises Invalid, at the field, when name, consent or the mark itself is missing or is not what it says."""
    if not signing.has_consented:
        raise Invalid("Tick the box to agree to sign electronically first.", field="consent")
    if not signing.name.strip():
        raise Invalid("Write your full name.", field="signer_name")
    if len(signing.name) > 200:
        raise Invalid("This name is too long.", field="signer_name")
    if signing.kind not in set(SignatureKind):
        raise Invalid("Type or draw your signature.", field="signature_kind")
    if signing.kind == SignatureKind.DRAWN and not is_drawing(signing.image):
        raise Invalid("Draw your signature, or choose to type it.", field="drawing")


def is_drawing(image: str) -> bool:
    """Whether this is a small PNG as the signature pad makes it, and nothing else: it is shown on pages and in the PDF."""
    return len(image) <= MAX_DRAWING and _DRAWING.fullmatch(image) is not None
