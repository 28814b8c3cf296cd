"""The chain that makes an evidence log tamper-evident: every entry's hash covers the hash before it.

An entry is a flat or nested mapping of JSON values. Stored beside it are `hash` and, by position, the
hash of the entry before; whoever changes, drops, inserts or reorders an entry breaks every later link.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping

GENESIS = "0" * 64
"""What the first entry of a chain links to."""


def link(previous_hash: str, entry: Mapping[str, object]) -> str:
    """The hash of an entry that follows `previous_hash`: SHA-256, 64 hexadecimal digits.

    entry: JSON values only, without its own hash; times as ISO 8601 strings. Key order does not matter.
    Raises TypeError or ValueError when a value has no single JSON form (a datetime, NaN).
    """
    return hashlib.sha256(f"{previous_hash}\n{canonical_json(entry)}".encode()).hexdigest()


def verify_chain(entries: Iterable[tuple[Mapping[str, object], str]]) -> int | None:
    """The index of the first entry whose stored hash does not fit, or None when the chain is whole.

    entries: (entry, stored hash), oldest first. A chain that lost its tail still verifies: compare the last
    hash with the one sealed into the document to see that.
    """
    previous = GENESIS
    for index, (entry, stored) in enumerate(entries):
        if link(previous, entry) != stored:
            return index
        previous = stored
    return None


def canonical_json(value: Mapping[str, object]) -> str:
    """The one JSON spelling of a mapping: keys sorted, no blanks, characters as they are, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
