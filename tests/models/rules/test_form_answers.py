"""What counts as an answer, kind by kind."""

import pytest

from models.rules.form_answers import MAX_TEXT, checked_answers
from models.types.forms import FieldKind, FormField, Upload

PDF = Upload("brief.pdf", "application/pdf", 10, "ab", "ws/ab/ab")


def _read(kind, said, **more):
    checked = checked_answers((FormField("f", kind, "F", **more),), {"f": said}, country="DE", currency="EUR")
    return checked.problems.get("f") or checked.answers.get("f") or checked.uploads.get("f")


@pytest.mark.parametrize(
    ("kind", "said", "kept", "more"),
    [
        pytest.param(FieldKind.TEXT, "  Ada \n Byron ", "Ada Byron", {}, id="text is one line"),
        pytest.param(FieldKind.TEXT, ["Ada", "x"], "Ada", {}, id="the first of a list"),
        pytest.param(FieldKind.LONG, " one\r\ntwo ", "one\ntwo", {}, id="long keeps lines"),
        pytest.param(FieldKind.TEXT, "A\0d\ud800a", "Ad?a", {}, id="what no database stores"),
        pytest.param(FieldKind.EMAIL, " Ada@X.example ", "Ada@X.example", {}, id="mail as typed"),
        pytest.param(FieldKind.PHONE, "030  1234567", "030 1234567", {}, id="phone as typed"),
        pytest.param(FieldKind.NUMBER, "1200,5", "1200.5", {}, id="decimal comma"),
        pytest.param(FieldKind.NUMBER, "1,200", "1200", {}, id="grouping comma"),
        pytest.param(FieldKind.NUMBER, "0", "0", {}, id="zero is an answer"),
        pytest.param(FieldKind.MONEY, "1 200,50", {"minor": 120050, "currency": "EUR"}, {}, id="money"),
        pytest.param(FieldKind.MONEY, "1200", {"minor": 1200, "currency": "JPY"}, {"currency": "JPY"}, id="no minor units"),
        pytest.param(FieldKind.MONEY, "1.234", {"minor": 1234, "currency": "KWD"}, {"currency": "KWD"}, id="three digits"),
        pytest.param(FieldKind.MONEY, {"minor": 5, "currency": "EUR"}, {"minor": 5, "currency": "EUR"}, {}, id="by program"),
        pytest.param(FieldKind.DATE, "2028-02-29", "2028-02-29", {}, id="leap day"),
        pytest.param(FieldKind.CHOICE, "Film", "Film", {"options": ("Web", "Film")}, id="choice"),
        pytest.param(FieldKind.MULTI, ["Film", "Web"], ["Web", "Film"], {"options": ("Web", "Film")}, id="multi in order"),
        pytest.param(FieldKind.RATING, "4", 4, {}, id="rating"),
        pytest.param(FieldKind.CONSENT, "on", True, {}, id="consent"),
        pytest.param(FieldKind.FILE, [PDF], (PDF,), {}, id="file"),
        pytest.param(
            FieldKind.ADDRESS,
            {"street": " Hauptstr. 1", "city": "Berlin", "x": "y"},
            {"street": "Hauptstr. 1", "city": "Berlin"},
            {},
        ),
    ],
)
def test_an_answer_is_kept_clean(kind, said, kept, more):
    assert _read(kind, said, **more) == kept


@pytest.mark.parametrize(
    ("kind", "said", "word", "more"),
    [
        (FieldKind.TEXT, "x" * (MAX_TEXT + 1), "too long", {}),
        (FieldKind.EMAIL, "ada", "mail address", {}),
        (FieldKind.PHONE, "nine", "phone number", {}),
        (FieldKind.NUMBER, "many", "not a number", {}),
        (FieldKind.NUMBER, "NaN", "not a number", {}),
        (FieldKind.NUMBER, "1e99", "not a number", {}),
        (FieldKind.MONEY, "12.345", "amount in EUR", {}),
        (FieldKind.MONEY, "-1", "amount in EUR", {}),
        (FieldKind.MONEY, {"minor": 1.5}, "minor units", {}),
        (FieldKind.MONEY, {"minor": 10**30}, "minor units", {}),
        (FieldKind.MONEY, {"minor": -1}, "minor units", {}),
        (FieldKind.MONEY, {"minor": 100, "currency": "USD"}, "EUR", {}),
        (FieldKind.DATE, "29.02.2027", "not a date", {}),
        (FieldKind.DATE, "2027-02-29", "not a date", {}),
        (FieldKind.CHOICE, "Opera", "offered", {"options": ("Web",)}),
        (FieldKind.MULTI, ["Web", "Opera"], "offered", {"options": ("Web",)}),
        (FieldKind.RATING, "6", "from 1 to 5", {}),
        (FieldKind.RATING, "²", "from 1 to 5", {}),
        (FieldKind.FILE, {"filename": "x", "storage_key": "ws/../etc/passwd"}, "multipart", {}),
        (FieldKind.FILE, ["/etc/passwd"], "multipart", {}),
        (FieldKind.FILE, [PDF] * 11, "At most", {}),
    ],
)
def test_a_wrong_answer_is_named(kind, said, word, more):
    assert word in _read(kind, said, **more)


@pytest.mark.parametrize("kind", [kind for kind in FieldKind if kind != FieldKind.HIDDEN])
@pytest.mark.parametrize("said", [None, "", [], {}, " "])
def test_nothing_is_no_answer_to_a_required_field(kind, said):
    checked = checked_answers((FormField("f", kind, "F", required=True, options=("a",)),), {"f": said})

    assert set(checked.problems) == {"f"}
