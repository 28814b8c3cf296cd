"""Who may come in, and with which password."""

import re
import unicodedata

from models.types.members import MemberRole

MIN_PASSWORD = 10
MAX_PASSWORD = 200
# The commonest of ten characters and more; a longer list belongs to an operator, not into every process.
_GUESSED_FIRST = frozenset(
    (
        *("1234567890", "12345678910", "0123456789", "123456789a", "1q2w3e4r5t", "1qaz2wsx3edc", "qwertyuiop", "qwerty12345"),
        *("password12", "password123", "password1234", "passwort123", "iloveyou12", "letmein1234", "welcome123", "administrator"),
        *("changeme123", "adminadmin", "1111111111", "aaaaaaaaaa", "qwerty1234", "abcdefghij", "superman123", "football123"),
    )
)


def sign_in_address(text: str) -> str:
    """The form in which the address somebody typed at the door is compared: no case, no stray spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def password_problem(password: str, *, address: str) -> str | None:
    """What is wrong with a new password, as a sentence, or None.

    Length is what counts (NIST SP 800-63B 5.1.1.2): no rules about kinds of characters.
    """
    if len(password) < MIN_PASSWORD:
        return f"Use at least {MIN_PASSWORD} characters; a few words in a row are easy to remember."
    if len(password) > MAX_PASSWORD:
        return f"Use at most {MAX_PASSWORD} characters."
    lowered = password.casefold()
    if lowered in _GUESSED_FIRST or len(set(lowered)) < 4:
        return "This password is among the first that are guessed. Choose another one."
    name = address.partition("@")[0]
    if lowered == address or (len(name) >= 4 and lowered.startswith(name) and len(lowered) - len(name) < 5):
        return "This is too close to your address. Choose another one."
    return None


def safe_path(path: str, *, otherwise: str = "/") -> str:
    """A path of this site to go on to, or the other one: never an address that could lead somewhere else.

    Backslashes and control characters are refused, because browsers read them as slashes or as nothing.
    """
    is_ours = re.fullmatch(r"/(?!/)[\x21-\x5b\x5d-\x7e]*", path) is not None
    return path if is_ours else otherwise


def may_lose_owner(role: str, *, other_owners: int) -> bool:
    """Whether a member may be archived or become less than an owner: somebody must remain who can let people in."""
    return role != MemberRole.OWNER or other_owners > 0
