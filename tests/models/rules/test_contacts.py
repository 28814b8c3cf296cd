"""Same person, same company?"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.contacts import (
    company_domain,
    filled_blanks,
    merged_fields,
    name_from_email,
    normalised_company_name,
    normalised_email,
    normalised_phone,
)
from models.types.contacts import FieldValue, MergePolicy

ONE = datetime(2026, 1, 1, tzinfo=UTC)
TWO = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        pytest.param("Ada@Byron-Mills.example", "ada@byron-mills.example", id="case"),
        pytest.param("  ada@byron-mills.example\n", "ada@byron-mills.example", id="spaces around"),
        pytest.param("ada @byron-mills.example", "ada@byron-mills.example", id="space within"),
        pytest.param("\u200bada@byron\u2011mills.example".replace("\u2011", "-"), "ada@byron-mills.example", id="invisible"),
        pytest.param("ａｄａ＠byron-mills.example", "ada@byron-mills.example", id="full width"),
        pytest.param("info@müller.example", "info@xn--mller-kva.example", id="umlaut domain"),
        pytest.param("ADA+news@byron-mills.example", "ada+news@byron-mills.example", id="tag stays"),
        pytest.param("a.d.a@gmail.com", "a.d.a@gmail.com", id="dots stay"),
        pytest.param("STRASSE@x.example", "strasse@x.example", id="capitals"),
        pytest.param("Groß@x.example", "groß@x.example", id="sharp s is not two"),
        pytest.param("info@straße.example", "info@xn--strae-oqa.example", id="sharp s domain"),
        pytest.param("info@xn--strae-oqa.example", "info@xn--strae-oqa.example", id="domain in ascii"),
        pytest.param("info@mu\u0308ller.example", "info@xn--mller-kva.example", id="combining mark"),
        pytest.param("info@例え。jp", "info@xn--r8jz45g.jp", id="ideographic full stop"),
        pytest.param("a@" + "ü" * 64 + ".example", None, id="label too long"),
        pytest.param("a@" + "ü" * 100_000 + ".example", None, id="far too long"),
        pytest.param("ada", None, id="no at"),
        pytest.param("ada@", None, id="no domain"),
        pytest.param("ada@localhost", None, id="no dot"),
        pytest.param("a@b.example\r\nBcc: all@x.example", None, id="header injection"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="none"),
    ],
)
def test_mail_addresses_are_equal_in_one_form(typed, same):
    assert normalised_email(typed) == same


@pytest.mark.parametrize(
    ("typed", "country", "same"),
    [
        ("030 123 45 67", "DE", "+49301234567"),
        ("+49 (30) 1234567", "GB", "+49301234567"),
        ("0049301234567", "DE", "+49301234567"),
        ("07911 123456", "GB", "+447911123456"),
        ("+1 202-555-0143", "", "+12025550143"),
        ("030 1234567", "", None),
        ("call me", "DE", None),
        ("12", "DE", None),
    ],
)
def test_phone_numbers_are_equal_in_one_form(typed, country, same):
    assert normalised_phone(typed, country) == same


@pytest.mark.parametrize(
    "typed", ["Byron Mills", " byron  MILLS ", "Byron Mills Ltd.", "Byron Mills, Inc", "BYRON MILLS GmbH & Co. KG"]
)
def test_company_names_are_equal_without_case_and_legal_form(typed):
    assert normalised_company_name(typed) == "byron mills"


def test_a_company_that_is_called_like_a_legal_form_keeps_its_name():
    assert normalised_company_name("AG") == "ag"


def test_a_mailbox_provider_is_nobodys_company():
    assert company_domain("ada@gmail.com") == ""
    assert company_domain("ada@byron-mills.example") == "byron-mills.example"


def test_only_blanks_are_filled():
    kept = {"name": "Ada Byron", "phone": None, "title": ""}

    filled = filled_blanks(kept, {"name": "Countess", "phone": "+49 30 1", "title": ""})

    assert filled == {"phone": "+49 30 1"}


def test_a_name_is_read_off_the_address():
    assert name_from_email("ada.byron@byron-mills.example") == "Ada Byron"


def value(text, source="form", at=ONE):
    return FieldValue(text, source, at)


@pytest.mark.parametrize(
    ("policy", "kept", "changed", "proposed"),
    [
        (MergePolicy.FILL_BLANK, "Ada", ("phone",), 0),
        (MergePolicy.OVERWRITE, "Ada Byron", ("name", "phone"), 0),
        (MergePolicy.PROPOSE, "Ada", ("phone",), 1),
    ],
)
def test_policies(policy, kept, changed, proposed):
    current = {"name": value("Ada"), "phone": value(" "), "city": value("London")}
    incoming = {name: value(text, "import", TWO) for name, text in (("name", "Ada Byron"), ("phone", "123"), ("city", ""))}
    merged = merged_fields(current, incoming, default=policy)
    assert merged.fields["name"].value == kept
    assert merged.changed == changed
    assert len(merged.proposals) == proposed
    assert merged.fields["city"] == current["city"]
    assert merged.fields["phone"].source == "import"


def test_each_field_follows_its_own_policy():
    current = {"name": value("Ada"), "city": value("London")}
    incoming = {"name": value("Eve", "import", TWO), "city": value("Paris", "import", TWO)}
    merged = merged_fields(current, incoming, policies={"city": MergePolicy.OVERWRITE, "name": MergePolicy.PROPOSE})
    assert (merged.fields["name"].value, merged.fields["city"].value) == ("Ada", "Paris")
    assert [(one.field, one.current.value, one.proposed.value) for one in merged.proposals] == [("name", "Ada", "Eve")]


def test_the_same_value_again_is_no_news():
    current = {"name": value("Ada  Byron")}
    merged = merged_fields(current, {"name": value("Ada Byron ", "import", TWO)}, default=MergePolicy.OVERWRITE)
    assert (merged.changed, merged.fields) == ((), current)


fields = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", " ", "x", "y"]).map(value))


@given(fields, fields, st.dictionaries(st.sampled_from("abcd"), st.sampled_from(list(MergePolicy))))
def test_merging_twice_is_merging_once_and_nothing_known_is_lost(current, incoming, policies):
    once = merged_fields(current, incoming, policies=policies)
    twice = merged_fields(once.fields, incoming, policies=policies)
    assert (twice.fields, twice.changed) == (once.fields, ())
    known = {name for name, held in {**current, **incoming}.items() if held.value.strip()}
    known |= {name for name, held in current.items() if held.value.strip()}
    assert set(once.fields) == known
