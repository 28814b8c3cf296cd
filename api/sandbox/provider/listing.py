"""Lists, pages of lists, the search language, and the expansion of ids into objects."""

import operator
import re
from collections.abc import Callable

from api.sandbox.provider.errors import invalid
from api.sandbox.provider.form import Json, Params
from api.sandbox.provider.store import Book, Object

_CLAUSE = re.compile(
    r"""(?:metadata\[['"](?P<label>\w+)['"]\]|(?P<field>\w+))\s*(?P<how>:|>=|<=|>|<)\s*['"]?(?P<value>[^'"]*)['"]?"""
)
_NUMERIC: dict[str, Callable[[int, int], bool]] = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
Test = Callable[[Object], bool]


def listed(url: str, things: list[Object], params: Params) -> Object:
    """One page of a list, newest first, after `starting_after`."""
    after = params.get("starting_after")
    if after:
        ids = [thing["id"] for thing in things]
        things = things[ids.index(after) + 1 :] if after in ids else []
    limit = _limit(params)
    return {"object": "list", "url": url, "data": things[:limit], "has_more": len(things) > limit}


def searched(url: str, things: list[Object], params: Params) -> Object:
    """One page of what a query finds: `metadata['invoice_id']:'inv_1' AND created>=1700000000`."""
    tests = [_clause(part) for part in str(params.get("query", "")).split(" AND ")]
    found = [thing for thing in things if all(test(thing) for test in tests)]
    start, limit = int(params.get("page") or 0), _limit(params)
    more = len(found) > start + limit
    page = {"data": found[start : start + limit], "has_more": more, "next_page": str(start + limit) if more else None}
    return {"object": "search_result", "url": url, **page}


def invoice_in(query: str) -> str | None:
    """The invoice a query asks for, so that the index can answer first."""
    match = re.search(r"metadata\['invoice_id'\]:'([^']*)'", query)
    return match.group(1) if match else None


def expand(book: Book, thing: Json, paths: list[str]) -> Json:
    """The object with the ids on these dotted paths replaced by what they stand for."""
    for path in paths:
        _expand(book, thing, path.split("."))
    return thing


def _expand(book: Book, thing: Json, path: list[str]) -> None:
    if isinstance(thing, list):
        for item in thing:
            _expand(book, item, path)
    elif isinstance(thing, dict) and path and path[0] in thing:
        name, rest = path[0], path[1:]
        if isinstance(thing[name], str):
            thing[name] = book.find(thing[name]) or thing[name]
        _expand(book, thing[name], rest)


def _clause(text: str) -> Test:
    match = _CLAUSE.fullmatch(text.strip())
    if not match:
        raise invalid(f"We were unable to parse your search query: {text}", param="query")
    label, name, how, wanted = match["label"], match["field"], match["how"], match["value"]
    if how == ":":
        return lambda thing: str(thing["metadata"].get(label) if label else thing.get(name)) == wanted
    return lambda thing: _NUMERIC[how](int(thing[name]), int(wanted))


def _limit(params: Params) -> int:
    return min(int(params.get("limit") or 10), 100)
