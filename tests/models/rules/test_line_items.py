import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.rules.line_items import amount_for_seconds, document_totals
from models.types.errors import Invalid
from models.types.line_items import LineItem, LineItemKind, Rounding, TaxTotal, TaxTreatment


def fixed(minor, *rates, **more):
    return LineItem(LineItemKind.FIXED, "Work", minor, tax_rates_mpct=rates, **more)


@pytest.mark.parametrize("rounding", list(Rounding))
def test_an_inclusive_price_stays_what_was_typed(rounding):
    totals = document_totals([fixed(35_390, 19_000)], currency="EUR", prices_include_tax=True, rounding=rounding)
    assert (totals.net_minor, totals.tax_minor, totals.total_minor) == (29_739, 5651, 35_390)


@pytest.mark.parametrize("rounding", list(Rounding))
def test_two_taxes_on_8180_round_half_away_from_zero(rounding):
    totals = document_totals([fixed(818_000, 5000, 9975)], currency="CAD", rounding=rounding)
    assert totals.tax_by_rate == (TaxTotal(5000, 818_000, 40_900), TaxTotal(9975, 818_000, 81_596))
    assert totals.total_minor == 940_496


def test_tax_per_rate_differs_from_tax_per_line_and_both_sum():
    items = [fixed(333, 19_000)] * 3  # 63.27 each: 63 + 63 + 63 = 189, together 189.81 = 190
    by_document = document_totals(items, currency="EUR")
    by_line = document_totals(items, currency="EUR", rounding=Rounding.LINE)
    assert (by_document.tax_minor, by_line.tax_minor) == (190, 189)
    assert [line.tax_minor for line in by_document.lines] == [64, 63, 63]


@pytest.mark.parametrize(("currency", "minor", "tax", "total"), [("JPY", 1005, 101, 1106), ("KWD", 1_234_567, 61_728, 1_296_295)])
def test_currencies_without_cents_and_with_mils(currency, minor, tax, total):
    rate = {"JPY": 10_000, "KWD": 5000}[currency]
    totals = document_totals([fixed(minor, rate)], currency=currency)
    assert (totals.tax_minor, totals.total_minor) == (tax, total)


def test_an_option_counts_only_when_chosen():
    chosen = fixed(5000, 20_000, is_optional=True)
    left = fixed(70_000, 20_000, is_optional=True, is_selected=False)
    totals = document_totals([fixed(10_000, 20_000), chosen, left], currency="EUR")
    assert totals.total_minor == 18_000
    assert (totals.lines[2].counted, totals.lines[2].amount_minor, totals.lines[2].gross_minor) == (False, 70_000, 0)


@pytest.mark.parametrize("treatment", [TaxTreatment.REVERSE_CHARGE, TaxTreatment.EXEMPT])
@pytest.mark.parametrize("included", [True, False])
def test_no_tax_and_a_note_where_the_law_says_so(treatment, included):
    whole = document_totals([fixed(10_000, 19_000)], currency="EUR", prices_include_tax=included, tax_treatment=treatment)
    assert (whole.tax_minor, whole.total_minor, whole.tax_notes) == (0, 10_000, (treatment,))
    one_line = document_totals([fixed(10_000, 19_000), fixed(500, 19_000, tax_treatment=treatment)], currency="EUR")
    assert (one_line.tax_minor, one_line.tax_notes) == (1900, (treatment,))


def test_a_discount_lowers_each_rate_in_proportion():
    items = [fixed(20_000, 20_000), fixed(10_000, 10_000), LineItem(LineItemKind.DISCOUNT, "Friends", 0, discount_bps=1000)]
    totals = document_totals(items, currency="EUR")
    assert (totals.subtotal_minor, totals.discount_minor, totals.net_minor) == (30_000, 3000, 27_000)
    assert totals.tax_by_rate == (TaxTotal(10_000, 9000, 900), TaxTotal(20_000, 18_000, 3600))
    assert [line.amount_minor for line in totals.lines] == [20_000, 10_000, -3000]
    same = document_totals(items[:2], currency="EUR", discount_bps=1000)
    assert (same.total_minor, same.tax_by_rate) == (totals.total_minor, totals.tax_by_rate)


def test_a_discount_leaves_credits_alone_and_cannot_exceed_the_lines():
    deposit = fixed(-30_000, 20_000)
    totals = document_totals([fixed(100_000, 20_000), deposit], currency="EUR", discount_bps=1000)
    assert (totals.discount_minor, totals.total_minor) == (10_000, 72_000)
    with pytest.raises(Invalid, match="larger"):
        document_totals([fixed(1000)], currency="EUR", discount_minor=1001)


def test_inclusive_and_exclusive_lines_on_one_document():
    totals = document_totals([fixed(11_900, 19_000, tax_included=True), fixed(10_000, 19_000)], currency="EUR")
    assert (totals.net_minor, totals.tax_minor, totals.total_minor) == (20_000, 3800, 23_800)


def test_quantities_discounts_and_recurring_lines():
    hourly = LineItem(LineItemKind.HOURLY, "Design", 9500, quantity_milli=1500, discount_bps=500)
    monthly = LineItem(LineItemKind.RECURRING, "Care", 10_000, tax_rates_mpct=(19_000,))
    totals = document_totals([hourly, monthly], currency="EUR")
    assert totals.lines[0].amount_minor == 13_538  # 135.375
    assert totals.recurring_minor == 11_900


@pytest.mark.parametrize(
    "item",
    [
        fixed(100, 100_001),
        fixed(100, -1),
        fixed(100, discount_bps=10_001),
        fixed(100, quantity_milli=-1),
        LineItem(LineItemKind.DISCOUNT, "", -5),
    ],
)
def test_impossible_lines_are_refused(item):
    with pytest.raises(Invalid):
        document_totals([item], currency="EUR")


def test_time_is_priced_once_per_line():
    assert amount_for_seconds(3600, 10_000) == 10_000
    assert 3 * amount_for_seconds(1200, 10_000) == 9999
    item = LineItem(LineItemKind.HOURLY, "Design", 10_000, seconds=3 * 1200)
    assert document_totals([item], currency="EUR").total_minor == 10_000
    settled = LineItem(LineItemKind.HOURLY, "Design", 10_000, seconds=3600, amount_minor=9999)
    assert document_totals([settled], currency="EUR").total_minor == 9999


def test_an_empty_document_is_zero():
    totals = document_totals([], currency="EUR")
    assert (totals.total_minor, totals.lines, totals.tax_by_rate) == (0, (), ())


lines = st.builds(
    LineItem,
    kind=st.sampled_from([LineItemKind.FIXED, LineItemKind.HOURLY, LineItemKind.RECURRING]),
    description=st.just("x"),
    unit_price_minor=st.integers(-50_000, 10_000_000),
    quantity_milli=st.integers(0, 100_000),
    seconds=st.none() | st.integers(0, 10**6),
    tax_rates_mpct=st.lists(st.sampled_from([0, 2100, 5000, 5000, 9975, 19_000, 100_000]), max_size=3).map(tuple),
    tax_treatment=st.sampled_from(list(TaxTreatment)),
    tax_included=st.sampled_from([None, None, True, False]),
    discount_bps=st.integers(0, 10_000),
    is_optional=st.booleans(),
    is_selected=st.booleans(),
)
percent_off = st.builds(
    LineItem,
    kind=st.just(LineItemKind.DISCOUNT),
    description=st.just("x"),
    unit_price_minor=st.just(0),
    discount_bps=st.integers(0, 3000),
)


@given(st.lists(lines | percent_off, max_size=12), st.booleans(), st.sampled_from(list(Rounding)), st.integers(0, 1000))
def test_lines_always_sum_to_the_document(items, included, rounding, discount_bps):
    asked = discount_bps + sum(item.discount_bps for item in items if item.kind == LineItemKind.DISCOUNT)
    assume(asked <= 9000)
    totals = document_totals(items, currency="EUR", prices_include_tax=included, rounding=rounding, discount_bps=discount_bps)
    assert sum(line.gross_minor for line in totals.lines) == totals.total_minor == totals.net_minor + totals.tax_minor
    assert sum(line.tax_minor for line in totals.lines) == totals.tax_minor == sum(rate.tax_minor for rate in totals.tax_by_rate)
    counted = [line for line in totals.lines if line.counted]
    assert totals.subtotal_minor - totals.discount_minor == sum(
        line.gross_minor if (item.tax_included if item.tax_included is not None else included) else line.net_minor
        for item, line in zip(items, totals.lines, strict=True)
    )
    if not discount_bps:
        assert sum(line.amount_minor for line in counted) == totals.subtotal_minor - totals.discount_minor
