import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.text_templates import FILTERS, MAX_LENGTH, missing_paths, render, template_paths, template_problems
from models.types.errors import Invalid
from tests.builders.automations import EVENTS, schema

DATA = {
    "trigger": {
        "name": "ada byron",
        "total": {"minor": 123450, "currency": "EUR"},
        "yen": 1200,
        "currency": "JPY",
        "due": "2026-03-01",
        "at": "2026-03-01T22:30:00+00:00",
        "tags": ["web", "print"],
        "markup": "<b>&\"'",
        "nested": "{{ trigger.name }}",
        "empty": " ",
        "paid": False,
        "zero": 0,
    }
}
SCHEMA = schema(trigger=EVENTS["submission.accepted"])


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Hi {{ trigger.name | first_name | title }}!", "Hi Ada!"),
        ("{{trigger.name|upper}}", "ADA BYRON"),
        ("{{ trigger.gone | first_name | default:'there' }}", "there"),
        ('{{ trigger.empty | default:"nobody" | upper }}', "NOBODY"),
        ("{{ trigger.gone | default:trigger.name }}", "ada byron"),
        ("[{{ trigger.gone }}]", "[]"),
        ("{{ trigger.total | money }}", "1,234.50 EUR"),
        ("{{ trigger.yen | money:trigger.currency }}", "1,200 JPY"),
        ("{{ trigger.yen | money:'KWD' }}", "1.200 KWD"),
        ("{{ trigger.due | date }}", "1 March 2026"),
        ("{{ trigger.at | datetime }}", "2 March 2026, 07:30"),
        ("{{ trigger.due | time }} {{ trigger.name | date }}", "00:00 ada byron"),
        ("{{ trigger.tags }} {{ trigger.tags.0 }}", "web, print web"),
        ("{{ trigger.yen | number }} {{ trigger.paid }} {{ trigger.zero }}", "1,200 no 0"),
        ("{{ trigger.name | truncate:4 }}", "ada…"),
        ("{{ trigger.nested }}", "{{ trigger.name }}"),
        ("{{ trigger }}", ""),
    ],
)
def test_places_are_filled(template, expected):
    assert render(template, DATA, zone="Asia/Tokyo") == expected


@pytest.mark.parametrize(
    "payload",
    [
        "{{ 7*7 }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ $json.constructor.constructor('return process')() }}",
        "{% for x in range(10**9) %}x{% endfor %}",
        "{{ self._TemplateReference__context }}x{{ config.items() }}",
        "${7*7} #{7*7} <%= 7*7 %>",
        "{{ trigger.name | attr('__class__') }}",
        "{{ trigger.name",
        "{{{ trigger.name }}",
        "{{}}",
    ],
)
def test_what_is_no_place_stays_as_written(payload):
    assert "49" not in render(payload, DATA)
    if "self._" not in payload and "{{{" not in payload:
        assert render(payload, DATA) == payload


def test_underscores_reach_no_python():
    assert render("{{ trigger.__class__.__name__ }}", DATA) == ""


def test_values_are_escaped_and_the_text_is_not():
    assert render("<p>{{ trigger.markup }}</p>", DATA, escape=True) == "<p>&lt;b&gt;&amp;&quot;&#x27;</p>"


def test_growth_is_capped():
    data = {"a": "x" * 60_000}
    assert len(render("{{ a }}", data)) == 60_000
    for template in ("{{ a }}" * 2, "{{ a }}" * 9_000, "x" * (MAX_LENGTH + 1), "{{ a }}" + "y" * 6_000):
        with pytest.raises(Invalid):
            render(template, data)


def test_missing_values_are_named_once():
    template = "{{ trigger.gone }} {{ trigger.gone|upper }} {{ trigger.empty }} {{ trigger.no | default:'x' }} {{ trigger.zero }}"
    assert missing_paths(template, DATA) == ["trigger.gone", "trigger.empty"]


def test_paths_know_their_defaults():
    assert template_paths("{{ a.b }} {{ c | default:d.e }}") == [("a.b", False), ("c", True), ("d.e", True)]


@pytest.mark.parametrize(
    ("template", "codes"),
    [
        ("Hi {{ trigger.contact.name | first_name }}", []),
        ("{{ trigger.contact.phone }}", ["unknown_path"]),
        ("{{ trigger.contact.name | default:trigger.contact.phone }}", ["unknown_path"]),
        ("{{ trigger.contact }}", ["type_mismatch"]),
        ("{{ trigger.contact.name | shout }}", ["unknown_filter"]),
        ("{{ 7*7 }}", ["malformed_place"]),
        ("{{ trigger.contact.name", ["malformed_place"]),
        ("x" * (MAX_LENGTH + 1), ["too_large"]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_templates_are_checked_before_they_run(template, codes):
    assert [problem.code for problem in template_problems(template, SCHEMA)] == codes


PIECES = st.sampled_from(["{{", "}}", "|", ":", "'", '"', " ", "a", "b.c", ".", *sorted(FILTERS), "7", "\n", "é"])
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.lists(st.text())
    | st.just({"minor": 1, "currency": "EUR"})
)


@given(
    st.lists(PIECES, max_size=40).map("".join), st.fixed_dictionaries({"a": VALUES, "b": st.fixed_dictionaries({"c": VALUES})})
)
def test_no_text_and_no_data_make_it_fail(template, data):
    render(template, data, escape=True)
    template_problems(template, SCHEMA)
    assert set(missing_paths(template, data)) <= {path for path, _ in template_paths(template)}


@pytest.mark.parametrize("name", sorted(FILTERS))
@given(value=VALUES, argument=st.sampled_from(["", ":'7'", ":'x'", ":b.c", ":99999999"]))
def test_no_value_makes_a_filter_fail(name, value, argument):
    render(f"{{{{ a | {name}{argument} }}}}", {"a": value})
