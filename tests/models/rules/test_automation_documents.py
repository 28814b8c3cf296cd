"""Automations as files: nothing is lost on the way, and a stranger's file cannot do harm."""

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.automation_documents import document_json, possible_references, read_document, with_references
from models.types.automation_documents import AutomationDocument, Reference, ReferenceKind
from models.types.errors import Invalid

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
IDS = st.sampled_from(["frm_1", "mem_01k", "member:mem_01k", "aut_x", "role:owner", "a:b:c", "frm_1 "])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT | IDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.lists(st.dictionaries(TEXT, JSON, max_size=4), max_size=4)
DRAWINGS = st.fixed_dictionaries(
    {
        "nodes": OBJECTS,
        "edges": OBJECTS,
        "positions": st.dictionaries(TEXT, JSON, max_size=3),
        "limits": st.dictionaries(TEXT, JSON, max_size=3),
    },
    optional={"notes": JSON, "collapsed": JSON, "whatever": JSON},
)
THERE = {"frm_1": "frm_there", "mem_01k": "mem_there", "aut_x": "aut_there"}
REFERENCES = tuple(Reference(key, ReferenceKind.FORM, f"“{key}”") for key in THERE)
PLAIN: dict[str, Any] = document_json(AutomationDocument("Leads", "", {"nodes": [], "edges": [], "positions": {}, "limits": {}}))


@given(drawing=DRAWINGS, name=TEXT.filter(str.strip), description=TEXT)
@settings(max_examples=150, deadline=None)
def test_a_round_trip_loses_nothing(drawing: dict[str, Any], name: str, description: str):
    before = copy.deepcopy(drawing)
    document = AutomationDocument(name, description, drawing, REFERENCES)

    read = read_document(json.loads(json.dumps(document_json(document))))

    assert read == document
    assert with_references(read.drawing, {key: key for key in THERE}) == before
    there = with_references(read.drawing, THERE)
    assert with_references(there, {new: old for old, new in THERE.items()}) == before
    assert not possible_references(there) & {*THERE}


def test_ids_are_found_wherever_they_stand_by_themselves():
    drawing = {"nodes": [{"settings": {"a": ["member:mem_1", {"value": "frm_2"}], "text": "See frm_3, please"}}]}

    assert possible_references(drawing) == {"mem_1", "frm_2"}


def test_what_looks_like_a_secret_stays_at_home():
    headers = {"value": {"Authorization": "Bearer xyz", "X-Api-Key": "k", "Accept": "text/plain"}}
    node = {"id": "call", "settings": {"action": "http.request", "input": {"headers": headers}}}

    written = document_json(AutomationDocument("Call", "", {"nodes": [node], "edges": []}))

    kept = written["drawing"]["nodes"][0]["settings"]["input"]["headers"]["value"]
    assert kept == {"Authorization": "", "X-Api-Key": "", "Accept": "text/plain"}
    assert headers["value"]["Authorization"] == "Bearer xyz", "the drawing itself stays as it is"


def test_what_looks_like_a_secret_among_parts_stays_at_home_and_fields_go_along():
    parts = {
        "Authorization": {"text": "Bearer xyz {{ trigger.contact.id }}"},
        "X-Api-Key": {"value": "k"},
        "X-Token": {"path": "nodes.login.body.token"},
        "Accept": {"value": "text/plain"},
    }
    node = {"id": "call", "settings": {"action": "http.request", "input": {"query": {"parts": parts}, "url": {"value": "u"}}}}

    written = document_json(AutomationDocument("Call", "", {"nodes": [node], "edges": []}))

    given = written["drawing"]["nodes"][0]["settings"]["input"]
    assert given["url"] == {"value": "u"}
    blank = {"value": ""}
    assert given["query"]["parts"] == {**parts, "Authorization": blank, "X-Api-Key": blank}


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "n8n"}, "document.format"),
        ({"format_version": 2}, "document.format_version"),
        ({"format_version": "1"}, "document.format_version"),
        ({"format_version": True}, "document.format_version"),
        ({"name": ""}, "document.name"),
        ({"name": 5}, "document.name"),
        ({"name": "x" * 121}, "document.name"),
        ({"description": ["x"]}, "document.description"),
        ({"webhook_secret": "x"}, "document"),
        ({"drawing": None}, "document.drawing"),
        ({"drawing": {"nodes": {}, "edges": []}}, "document.drawing.nodes"),
        ({"drawing": {"nodes": [1], "edges": []}}, "document.drawing.nodes"),
        ({"drawing": {"nodes": [{}] * 301, "edges": []}}, "document.drawing.nodes"),
        ({"drawing": {"nodes": [], "edges": [], "positions": []}}, "document.drawing.positions"),
        ({"drawing": {"nodes": [{"x": deep(900)}], "edges": []}}, "document"),
        ({"drawing": {"nodes": [{"x": "y" * 1_100_000}], "edges": []}}, "document"),
        ({"drawing": {"nodes": [{"x": "\ud800"}], "edges": []}}, "document"),
        ({"drawing": {"nodes": [{"x": "\0"}], "edges": []}}, "document"),
        ({"drawing": {"nodes": [{"x": float("nan")}], "edges": []}}, "document"),
        ({"references": {}}, "document.references"),
        ({"references": [{"key": "a", "kind": "time_entry", "name": ""}]}, "document.references.0"),
        ({"references": [{"key": "a", "kind": ["form"], "name": ""}]}, "document.references.0"),
        ({"references": [{"key": "", "kind": "form", "name": ""}]}, "document.references.0.key"),
        ({"references": [{"key": "a", "kind": "form", "name": ""}] * 2}, "document.references.1"),
        ({"references": [{"key": "a", "kind": "form", "name": ""}] * 201}, "document.references"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_hostile_file_is_refused_at_the_place(change: dict[str, Any], field: str):
    with pytest.raises(Invalid) as refused:
        read_document({**PLAIN, **change})

    assert refused.value.field == field
    assert len(refused.value.detail) < 200


@pytest.mark.parametrize("value", [None, [], "x", 1, {}])
def test_what_is_no_file_of_ours_is_refused(value: Any):
    with pytest.raises(Invalid):
        read_document(value)


HEADED = st.fixed_dictionaries(
    {"format": st.just("throughline.automation"), "format_version": st.just(1)},
    optional=dict.fromkeys(("name", "description", "references", "drawing"), JSON),
)


@given(value=JSON | HEADED)
@settings(max_examples=150, deadline=None)
def test_anything_at_all_is_read_or_refused(value: Any):
    with suppress(Invalid):
        read_document(value)
