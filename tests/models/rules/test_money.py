from decimal import Decimal
from fractions import Fraction

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from models.rules.money import allocate, convert_exponent, parse_amount, percent_bps, percent_mpct, plain_amount, round_half_up
from models.types.errors import Invalid
from models.types.money import Money, exponent


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Decimal("815.5"), 816),
        (Decimal("-815.5"), -816),
        (Decimal("2.5"), 3),
        (Decimal("2.4999"), 2),
        (Fraction(5, 2), 3),
        (Fraction(-5, 2), -3),
        (Fraction(-7, 3), -2),
        (7, 7),
    ],
)
def test_halves_round_away_from_zero(value, rounded):
    assert round_half_up(value) == rounded


def test_percentages_round_once():
    assert percent_mpct(818_000, 9975) == 81_596  # 815.955
    assert percent_bps(10_001, 1900) == 1900
    assert percent_bps(-50, 100) == -1


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=40),
)
def test_parts_always_sum_to_the_total(total, weights):
    assert sum(allocate(total, weights)) == total


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_no_part_is_a_whole_unit_from_its_share(total, weights):
    for part, weight in zip(allocate(total, weights), weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


def test_ties_go_to_the_earlier_part_and_nothing_to_weight_zero():
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert allocate(-100, [1, 1, 1]) == [-34, -33, -33]
    assert allocate(5, [0, 3, 0]) == [0, 5, 0]
    assert allocate(5, [0, 0]) == [3, 2]
    with pytest.raises(Invalid):
        allocate(1, [])


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1234.50", "EUR", 123_450),
        ("1,234.50", "EUR", 123_450),
        ("1.234,50", "EUR", 123_450),
        ("€ 1\u202f234,5", "EUR", 123_450),
        ("1'234.50 CHF", "CHF", 123_450),
        ("12,34,567.00", "INR", 123_456_700),
        ("-12", "EUR", -1200),
        ("−0,05", "EUR", -5),
        (".5", "USD", 50),
        ("1,234", "JPY", 1234),
        ("１２３４", "JPY", 1234),
        ("1.234", "KWD", None),
        ("0.125", "KWD", 125),
        ("1234.567", "KWD", 1_234_567),
        ("1,234", "EUR", None),
        ("1.999", "EUR", None),
        ("0.125", "EUR", None),
        ("1,2,3", "EUR", None),
        ("1.2.3,4.5", "EUR", None),
        ("12 apples", "EUR", None),
        ("", "EUR", None),
        ("1e5", "EUR", None),
        ("99999999999999999", "EUR", None),
    ],
)
def test_amounts_as_people_type_them(text, currency, minor):
    if minor is None:
        with pytest.raises(Invalid):
            parse_amount(text, currency)
    else:
        assert parse_amount(text, currency) == Money(minor, currency)


def test_a_locale_settles_what_a_mark_means():
    assert parse_amount("1,234", "EUR", decimal_mark=".").minor == 123_400
    assert parse_amount("1.234", "EUR", decimal_mark=",").minor == 123_400
    with pytest.raises(Invalid, match="2 decimal digits"):
        parse_amount("1.234", "EUR", decimal_mark=".")
    with pytest.raises(Invalid):
        parse_amount("12,50", "EUR", decimal_mark=".").minor  # noqa: B018 - the call raises


@given(st.integers(-(10**14), 10**14), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_is_written_plainly_reads_back(minor, currency):
    assert parse_amount(plain_amount(Money(minor, currency)), currency, decimal_mark=".") == Money(minor, currency)


def test_another_minor_unit_is_exact_or_refused():
    assert convert_exponent(500, 0, 2) == 50_000  # a processor that counts ISK in hundredths
    assert convert_exponent(1230, 3, 2) == 123
    with pytest.raises(Invalid):
        convert_exponent(1234, 3, 2)


def test_exponents_agree_with_unicode_but_for_known_exceptions():
    # ISO 4217 counts these; CLDR records what shops do.
    listed = ["EUR", "USD", "JPY", "KWD", "BHD", "TND", "KRW", "CHF", "GBP", "CLP", "VND", "XOF", "OMR", "JOD", "INR", "BRL"]
    assert {code: exponent(code) for code in listed} == {code: get_currency_precision(code) for code in listed}
    assert (exponent("IQD"), get_currency_precision("IQD")) == (3, 0)
