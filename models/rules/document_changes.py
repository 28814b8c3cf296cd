"""What changed between two versions of a document, line by line."""

from collections.abc import Sequence
from difflib import SequenceMatcher

ADDED, REMOVED = "added", "removed"


def changed_lines(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, str]]:
    """The lines that differ, in the order of the document: (`removed`, old line) before (`added`, new line).

    Empty when nothing differs. Blank lines do not count.
    """
    old, new = [line for line in before if line.strip()], [line for line in after if line.strip()]
    found: list[tuple[str, str]] = []
    for verb, first, last, start, end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if verb != "equal":
            found += [(REMOVED, line) for line in old[first:last]]
            found += [(ADDED, line) for line in new[start:end]]
    return found
