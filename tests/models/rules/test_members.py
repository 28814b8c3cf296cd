"""What is a path of ours, and what is a password."""

import pytest

from models.rules.members import password_problem, safe_path, sign_in_address


@pytest.mark.parametrize("path", ["/", "/invoices", "/invoices?status=open&q=a", "/p/a-b_c.d"])
def test_a_path_of_ours_is_followed(path):
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *("https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "evil", ""),
        *("/\t/evil.example", "/ok\r\nSet-Cookie: a=b", "/ evil", "///evil.example", "/\u2028x"),
    ],
)
def test_a_path_that_could_lead_elsewhere_is_not(path):
    assert safe_path(path) == "/"


@pytest.mark.parametrize(
    "password", ["short", "password123", "aaaaaaaaaaaa", "mara-l@atelier-nord.example", "mara-l1234", "x" * 201]
)
def test_a_weak_password_is_refused_with_a_reason(password):
    assert password_problem(password, address="mara-l@atelier-nord.example")


def test_a_long_sentence_needs_no_special_characters():
    assert password_problem("three grey herons", address="mara@atelier-nord.example") is None


def test_an_address_is_compared_without_case_and_spaces():
    assert sign_in_address("  Mara@Atelier-Nord.Example ") == "mara@atelier-nord.example"
