"""Records that change under simulated runs: dates that move, and ends that may end the run, as for real runs."""

from collections.abc import Mapping

from models.rules.automation_plan.facts import is_over_with
from models.rules.automation_plan.moments import moved_by
from models.rules.automation_simulation.agenda import plan
from models.rules.automation_simulation.consequences import moved_record, occurrence
from models.types.automation_courses import Course
from models.types.automation_dates import ENDS
from models.types.automation_plan.happenings import FactsChanged
from models.types.automation_plan.states import FINAL
from models.types.automation_simulations import DateMove, Entry, EntryKind, Occurrence
from models.types.automations import Json


def foresee_end(course: Course, record: Mapping[str, Json]) -> None:
    """Let the end come that the scenario has for a record which a run begins with or hears of, so many days from now."""
    if course.ground.foresight is not None:
        return
    noun, subject_id = str(record.get("type", "")).partition(".")[0], str(record.get("subject_id") or "")
    for event_type in sorted(ENDS & set(course.ground.scenario.events) & set(course.ground.events)):
        days = course.ground.scenario.events[event_type]
        if event_type.partition(".")[0] == noun and days is not None:
            at = moved_by(course.now, days, "days", course.ground.calendar)
            plan(course, at, occurrence(event_type, at, record, course.ground.events, subject_id=subject_id))


def given_up(course: Course, happened: Occurrence) -> list[Course]:
    """The runs that an event ends because their record is over with it, each told of; not the one whose own step it was."""
    if happened.type not in ENDS:
        return []
    subject_id, doer = happened.record.get("subject_id"), course.stage.doers.get(str(happened.record.get("event_id")))
    live = [one for one in course.stage.courses if one.state.status not in FINAL and one is not doer]
    found = [one for one in live if subject_id and _is_over_with(one, happened.type, str(subject_id))]
    for one in found:
        one.cause = course.ground.says.get(happened.type, happened.type)
        said = Entry(course.now, EntryKind.EVENT, one.number, title=one.cause, action=happened.type, is_assumed=True)
        course.entries.append(said)
    return found


def _is_over_with(course: Course, event_type: str, subject_id: str) -> bool:
    is_about = course.trigger.get("subject_id") == subject_id
    return is_over_with(course.ground.plan, course.state, event_type, subject_id, is_about=is_about)


def moved(course: Course, move: DateMove) -> FactsChanged:
    """The news of a date: of the trigger's record, or of one that a wait heard of."""
    calendar, (root, _, rest) = course.ground.calendar, move.path.partition(".")
    if root != "nodes":
        course.trigger = moved_record(course.trigger, move.path, move.by_days, calendar)
        return FactsChanged(course.trigger)
    node_id, _, path = rest.partition(".")
    kept = {one: output for one, output in course.state.outputs.items() if one.rpartition("/")[2] == node_id}
    records = {one: output for one, output in kept.items() if isinstance(output, Mapping)}
    return FactsChanged(
        course.trigger, {one: moved_record(record, path, move.by_days, calendar) for one, record in records.items()}
    )
