"""A studio's public name and what it starts with."""

import re
import unicodedata

DEFAULT_WEEK: dict[str, list[list[str]]] = {str(day): [["09:00", "17:00"]] for day in range(5)}
"""Monday to Friday, nine to five."""


def slug_of(name: str) -> str:
    """How a name reads in an address: small Latin letters, digits and single hyphens; `studio` when nothing is left."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("&", " and ")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:40].rstrip("-") or "studio"


def free_slug(name: str, taken: set[str]) -> str:
    """The slug of a name, numbered when it is taken already: `atelier-nord-2`."""
    slug = slug_of(name)
    number = 2
    candidate = slug
    while candidate in taken:
        candidate, number = f"{slug}-{number}", number + 1
    return candidate
