"""What is wrong with the settings of a trigger, besides their shape."""

from collections.abc import Iterator, Mapping

from models.rules.automation_drawings.shapes import TRIGGER_NEEDS
from models.rules.cron import is_cron
from models.rules.expressions import is_path
from models.types.automation_dates import ENDS
from models.types.automations import Json, Lookups, Problem, Severity, TriggerKind

_ABOUT_NOTHING = (TriggerKind.SCHEDULE, TriggerKind.WEBHOOK)


def trigger_problems(node_id: str, settings: Mapping[str, Json]) -> Iterator[Problem]:
    """What keeps well-shaped settings from being those of a trigger."""
    for name in TRIGGER_NEEDS[settings["kind"]]:
        if not settings.get(name):
            yield Problem(node_id, name, "missing_required", f"“{name}” is missing.", "Fill it in.")
    if settings.get("cron") and not is_cron(settings["cron"]):
        fix = "Write minute, hour, day, month and weekday, such as 0 9 * * 1."
        yield Problem(node_id, "cron", "bad_value", "This is not a schedule.", fix)
    if "on_gone" in settings and settings["kind"] in _ABOUT_NOTHING:
        message = "What starts this is about no record, so none can be over."
        yield Problem(node_id, "on_gone", "about_no_record", message, "Remove this, or choose another trigger.")
    paths = {"dedupe": settings.get("dedupe"), "concurrency": settings.get("concurrency", {}).get("key")}
    for field, path in paths.items():
        if path is not None and not is_path(path):
            yield Problem(node_id, field, "bad_value", "This is not the path of a field.", "Choose the field again.")


def trigger_value_problems(node: Mapping[str, Json], lookups: Lookups) -> Iterator[Problem]:
    """What a trigger names that there is not, and what it says of a record's end that comes to nothing."""
    settings = node["settings"]
    dates, nouns = lookups.get("date_fields"), lookups.get("nouns")
    if settings["kind"] == TriggerKind.DATE and dates is not None and settings["type"] not in dates:
        yield Problem(node["id"], "type", "unknown_field", f"There is no date “{settings['type']}”.", "Choose another date.")
    if settings["kind"] == TriggerKind.MANUAL and nouns is not None and settings["noun"] not in nouns:
        message = f"There are no records called “{settings['noun']}”."
        yield Problem(node["id"], "noun", "unknown_noun", message, "Choose another kind of record.")
    if settings["kind"] == TriggerKind.EVENT and settings.get("on_gone") == "cancel" and settings["type"] in ENDS:
        message = "The record is over already when this event comes, so its end will not end the run."
        fix = "Let the run go on, or choose an event before the end."
        yield Problem(node["id"], "on_gone", "over_already", message, fix, Severity.WARNING)
