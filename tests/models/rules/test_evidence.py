"""The evidence chain notices every kind of tampering."""

import copy
import random

import pytest

from models.rules.evidence import GENESIS, canonical_json, link, verify_chain

ENTRIES: list[dict[str, object]] = [
    {"at": "2026-03-02T09:00:00Z", "kind": "sent", "to": "ada@birch.example"},
    {"at": "2026-03-02T10:11:12Z", "kind": "viewed", "address": "192.0.2.7", "sha256": "ab" * 32},
    {"at": "2026-03-02T10:15:00Z", "kind": "consented", "words": "Ich unterschreibe — ✍️"},
    {"at": "2026-03-02T10:15:01Z", "kind": "signed", "fields": {"name": "Ada", "page": 3}},
]


def chain(entries=ENTRIES):
    previous, linked = GENESIS, []
    for entry in entries:
        previous = link(previous, entry)
        linked.append((entry, previous))
    return linked


def test_an_untouched_chain_is_whole():
    assert verify_chain(chain()) is None
    assert verify_chain([]) is None


def test_key_order_does_not_matter():
    turned = [dict(reversed(entry.items())) for entry in ENTRIES]
    assert [stored for _, stored in chain(turned)] == [stored for _, stored in chain()]


@pytest.mark.parametrize("index", range(4))
def test_a_changed_entry_is_found_where_it_is(index):
    linked = copy.deepcopy(chain())
    linked[index][0]["at"] = "2026-03-02T10:15:09Z"
    assert verify_chain(linked) == index


@pytest.mark.parametrize(
    ("tamper", "broken_at"),
    [
        (lambda linked: linked.pop(0), 0),
        (lambda linked: linked.pop(2), 2),
        (lambda linked: linked.insert(1, linked[1]), 2),
        (lambda linked: linked.insert(2, linked.pop(1)), 1),
    ],
    ids=["first dropped", "middle dropped", "entry doubled", "two swapped"],
)
def test_a_changed_order_is_found(tamper, broken_at):
    linked = chain()
    tamper(linked)
    assert verify_chain(linked) == broken_at


def test_a_flipped_hash_digit_is_found():
    rng = random.Random(7)
    for _ in range(50):
        linked = chain()
        index = rng.randrange(4)
        entry, stored = linked[index]
        place = rng.randrange(64)
        digit = "0" if stored[place] != "0" else "1"
        linked[index] = (entry, stored[:place] + digit + stored[place + 1 :])
        assert verify_chain(linked) == index


def test_values_without_one_spelling_are_refused():
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json({"amount": float("nan")})
    with pytest.raises(TypeError):
        canonical_json({"at": object()})
