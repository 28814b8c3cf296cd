"""Doing what a form asks for, or finding out what is wrong with it."""

from collections.abc import Callable
from typing import Any

from api.deps import Call
from models.types.errors import Invalid, Refused


def attempt(call: Call, act: Callable[[], Any]) -> dict[str, str]:
    """What is wrong, as field to sentence, with everything undone; empty when it was done.

    The key is "" for what belongs to no field. Other errors pass: they are no slip of the person who typed.
    """
    try:
        with call.session.begin_nested():
            act()
    except (Invalid, Refused) as wrong:
        return {wrong.field or "": wrong.detail}
    return {}
