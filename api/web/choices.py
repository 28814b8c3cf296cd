"""What people choose from: zones, currencies, countries, with their names."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale

_OLD_NAMES = ("Etc/", "SystemV/", "US/", "posix", "right", "Brazil/", "Canada/", "Chile/", "Mexico/")


@lru_cache(maxsize=1)
def zones() -> list[tuple[str, str]]:
    """Every time zone by its IANA name: (name, name for people), those of old spelling left out."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(_OLD_NAMES))
    return [("UTC", "UTC"), *((name, name.replace("_", " ").replace("/", " / ")) for name in names)]


@lru_cache(maxsize=1)
def currencies() -> list[tuple[str, str]]:
    """Every currency in use: (code, code and name), the commonest first."""
    common = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "AUD", "CAD", "NZD", "JPY")
    names = {str(code): str(name) for code, name in Locale("en").currencies.items()}
    rest = sorted(code for code in names if code not in common and len(code) == 3 and "(" not in names[code])
    return [(code, f"{code} · {names[code]}") for code in (*common, *rest)]


@lru_cache(maxsize=1)
def countries() -> list[tuple[str, str]]:
    """Every country: (ISO 3166 code, name), by name."""
    found = ((code, name) for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha())
    return sorted(found, key=lambda one: one[1])
