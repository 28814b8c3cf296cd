"""Texts of proposals and contracts, with their places filled once, when they are drafted."""

from collections.abc import Mapping
from typing import Any

from models.rules.text_templates import missing_paths, render

UNKNOWN = "–"
"""What stands where nothing is known and the text says no default, so that a gap in an agreement can be seen."""


def filled(text: str, values: Mapping[str, Any]) -> str:
    """A text with its places such as `{{ contact.name }}` filled.

    values: as `document_values` gathers them; its workspace's timezone is that of all dates. Raises Invalid for an endless text.
    """
    known = {name: dict(part) if isinstance(part, Mapping) else part for name, part in values.items()}
    for path in missing_paths(text, known):
        root, _, leaf = path.partition(".")
        if isinstance(known.get(root), dict) and leaf:
            known[root][leaf] = UNKNOWN
    return render(text, known, zone=str(values["workspace"]["timezone"]))
