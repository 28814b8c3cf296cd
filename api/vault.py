"""Secrets that must be usable again, encrypted with a key that is not in the database."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from models.settings import Settings
from models.types.errors import Refused


def seal_secret(settings: Settings, secret: str) -> str:
    """The secret, encrypted with the installation's secret key."""
    return _fernet(settings).encrypt(secret.encode()).decode()


def open_secret(settings: Settings, sealed: str) -> str:
    """The secret again. Raises Refused when the installation's secret key is another one than it was sealed with."""
    try:
        return _fernet(settings).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Refused("This secret was kept under another key. Enter it again.") from error


def _fernet(settings: Settings) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(settings.secret_key.encode()).digest()))
