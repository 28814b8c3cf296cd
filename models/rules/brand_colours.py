"""A client's brand colour made readable: on white, on dark, as a button, as a word.

Contrast after WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

import re

DEFAULT = "#4353c9"
WHITE, BLACK = "#ffffff", "#000000"
_LIGHT_PAPER, _DARK_PAPER = "#e4e2d6", "#2d2f3c"
"""The least favourable grounds a coloured word may stand on in the light and in the dark theme."""
_PALE = "#e4e3de"
"""What a black brand turns into on dark ground; grey would look switched off."""
_TEXT, _SHAPE = 4.6, 3.1
"""Least contrast of words and of shapes, a hair above the norm's 4.5 and 3."""


def brand_variables(colour: str | None) -> dict[str, str]:
    """The CSS variables of a brand: `--brand` for surfaces, `--brand-ink` for words, each with its dark twin.

    colour: `#rgb` or `#rrggbb`; anything else counts as no colour, and the product's own is used.
    """
    brand = normalised_colour(colour) or DEFAULT
    on_dark = _PALE if _is_near_black(brand) else brand
    dark = _moved_until(on_dark, WHITE, against=_DARK_PAPER, ratio=_SHAPE)
    return {
        "--brand": brand,
        "--brand-content": readable_on(brand),
        "--brand-ink": _moved_until(brand, BLACK, against=_LIGHT_PAPER, ratio=_TEXT),
        "--brand-dark": dark,
        "--brand-dark-content": readable_on(dark),
        "--brand-ink-dark": _moved_until(on_dark, WHITE, against=_DARK_PAPER, ratio=_TEXT),
    }


def normalised_colour(colour: str | None) -> str | None:
    """`#rrggbb` in small letters, or None when it is no colour."""
    text = (colour or "").strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", text):
        return "#" + "".join(digit * 2 for digit in text[1:])
    return text if re.fullmatch(r"#[0-9a-f]{6}", text) else None


def readable_on(colour: str) -> str:
    """White or black, whichever stands out more on the colour."""
    return max(WHITE, BLACK, key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _moved_until(colour: str, towards: str, *, against: str, ratio: float) -> str:
    for step in range(0, 101, 4):
        moved = _mixed(colour, towards, step / 100)
        if contrast(moved, against) >= ratio:
            return moved
    return towards


def _is_near_black(colour: str) -> bool:
    channels = _channels(colour)
    return max(channels) - min(channels) < 24 and _luminance(colour) < 0.05


def _mixed(colour: str, other: str, part: float) -> str:
    mixed = (round(a + (b - a) * part) for a, b in zip(_channels(colour), _channels(other), strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
