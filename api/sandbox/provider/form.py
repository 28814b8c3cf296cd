"""Stripe's form encoding: `line_items[0][price_data][currency]=eur`."""

import re
from typing import Any
from urllib.parse import parse_qsl

from api.sandbox.provider.errors import invalid

Params = dict[str, Any]
Json = Any
"""Whatever JSON can hold."""


def decode(raw: str) -> Params:
    """Nested dictionaries and lists of strings, from a form body or a query."""
    tree: Params = {}
    for place, (name, value) in enumerate(parse_qsl(raw, keep_blank_values=True)):
        *path, last = re.findall(r"[^\[\]]+", name.replace("[]", f"[{place}]")) or [name]
        branch = tree
        for part in path:
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                raise invalid(f"Invalid parameter: {name}", param=name)
        branch[last] = value
    return {name: _with_lists(value) for name, value in tree.items()}


def _with_lists(value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    if all(key.isdigit() for key in value):
        return [_with_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _with_lists(item) for key, item in value.items()}


def required(params: Params, name: str) -> Json:
    """A parameter that must be there. Raises a 400 that names it."""
    if not params.get(name):
        raise invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)
    return params[name]


def integer(params: Params, name: str, *, least: int = 0) -> int:
    """A whole number of at least `least`. Raises a 400."""
    value = str(required(params, name))
    if not re.fullmatch(r"\d{1,12}", value) or int(value) < least:
        raise invalid(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def is_true(params: Params, name: str) -> bool:
    """Whether a flag was given and set."""
    return str(params.get(name, "")).lower() == "true"


def metadata(params: Params) -> dict[str, str]:
    """The free labels of an object; none when none were given."""
    return dict(params.get("metadata") or {})
