"""Time zones by name. They are made here, where the workflow sandbox shares modules with the host.

A `ZoneInfo` made inside the sandbox is a stand-in that `datetime.astimezone` refuses; a zone has no clock to guard.
"""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.types.errors import Invalid


def zone_info(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises Invalid when there is none by that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(f"“{name[:60]}” is not a time zone. Use a name such as Europe/Berlin.", field="zone") from error
