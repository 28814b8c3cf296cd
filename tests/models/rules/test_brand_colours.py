import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.brand_colours import DEFAULT, brand_variables, contrast, normalised_colour, readable_on

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_every_brand_stays_readable(colour):
    brand = brand_variables(colour)
    assert contrast(brand["--brand"], brand["--brand-content"]) >= 4.5
    assert contrast(brand["--brand-dark"], brand["--brand-dark-content"]) >= 4.5
    assert contrast(brand["--brand-ink"], "#f6f5f2") >= 4.5
    assert contrast(brand["--brand-ink-dark"], "#1c1d20") >= 4.5
    assert contrast(brand["--brand-dark"], "#1c1d20") >= 3


@given(COLOURS)
def test_the_brands_own_colour_is_kept_on_surfaces(colour):
    assert brand_variables(colour)["--brand"] == colour


@pytest.mark.parametrize(
    ("given_colour", "normalised"),
    [
        ("#ABC", "#aabbcc"),
        (" #4353C9 ", "#4353c9"),
        ("red", None),
        ("#12345", None),
        ("", None),
        (None, None),
        ("#123456;}", None),
    ],
)
def test_only_colours_pass(given_colour, normalised):
    assert normalised_colour(given_colour) == normalised
    assert brand_variables(given_colour)["--brand"] == (normalised or DEFAULT)


def test_contrast_is_the_norms():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert readable_on("#ffd400") != "#ffffff"
