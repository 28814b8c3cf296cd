"""What a node names that is no longer there, wherever it is named: in a field, as what to take instead, in a condition."""

from collections.abc import Iterable, Iterator, Mapping

from models.rules.automation_references import Named, list_of, named_in_expression, named_in_mapping
from models.rules.json_schemas import Schema, schema_at
from models.rules.mappings import is_mapping
from models.rules.path_words import path_words
from models.types.automations import Json, Lookups, Problem, Severity
from models.types.members import MemberRole

_ROLE = "role:"
_ROLES = frozenset(f"{_ROLE}{role}" for role in MemberRole)
_ARTICLES = {MemberRole.OWNER: "an owner", MemberRole.MEMBER: "a member without being an owner"}
_ASKABLE = frozenset({"members", "people", "approvers"})
"""Lists of those who may decide; tasks belong to people, who are members or contacts."""
_MEMBER = "member:"
_CLIENT = "contact:"


def mapping_reference_problems(
    node_id: str, field: str, mapping: Json, wanted: Mapping[str, Json], scope: Schema, lookups: Lookups
) -> Iterator[Problem]:
    """What a value of a node names that is gone."""
    if not is_mapping(mapping):
        return
    named = list(named_in_mapping(mapping, wanted, scope))
    if list_of(wanted) == "approvers":
        approvers = [one for listed, one in dict.fromkeys(named) if listed == "approvers"]
        yield from _approver_problems(node_id, field, approvers, lookups)
        yield from _read_approver_problems(node_id, field, mapping, scope)
        return
    yield from missing_references(node_id, field, named, lookups)


def condition_reference_problems(
    node_id: str, field: str, expression: Json, scope: Schema, lookups: Lookups
) -> Iterator[Problem]:
    """What a condition of a node compares with that is gone, so that it holds never again, or always."""
    if is_mapping({"expr": expression}):
        yield from missing_references(node_id, field, named_in_expression(expression, scope), lookups)


def missing_references(node_id: str, field: str, named: Iterable[Named], lookups: Lookups) -> Iterator[Problem]:
    """What is named and not in its list, each once. A list that is not known is not asked."""
    for listed, one in dict.fromkeys(named):
        if listed in lookups and one not in lookups[listed]:
            message = f"“{one}” is no longer among the {listed.replace('_', ' ')}."
            yield Problem(node_id, field, "deleted_reference", message, "Choose another one.")


def _approver_problems(node_id: str, field: str, named: list[str], lookups: Lookups) -> Iterator[Problem]:
    """Whoever is named and cannot decide. A role that nobody has is a warning while others are asked beside it."""
    hindrances = {one: _hindrance(one, lookups) for one in named}
    is_anybody_left = not all(hindrances.values())
    for one, message in hindrances.items():
        if message:
            is_mild = one in _ROLES and is_anybody_left
            severity = Severity.WARNING if is_mild else Severity.ERROR
            yield Problem(node_id, field, "approver_without_access", message, "Choose somebody of your team.", severity)


def _hindrance(approver: str, lookups: Lookups) -> str:
    """Why an approver cannot decide, in a sentence; empty when they can."""
    if approver in _ROLES:
        role = approver.removeprefix(_ROLE)
        return "" if role in lookups.get("roles", (role,)) else f"Nobody of your team is {_ARTICLES[MemberRole(role)]} now."
    # The id of a member may stand alone, as a field of a record holds it.
    if approver.startswith(_CLIENT):
        return "A client named here cannot open this run, and so cannot decide."
    if ":" in approver and not approver.startswith(_MEMBER):
        return f"“{approver}” cannot open this run, and so cannot decide."
    member_id = approver.removeprefix(_MEMBER)
    is_there = "members" not in lookups or member_id in lookups["members"]
    return "" if is_there else "Somebody named here is no longer in your team, and so cannot decide."


def _read_approver_problems(node_id: str, field: str, mapping: Mapping[str, Json], scope: Schema) -> Iterator[Problem]:
    """A field that holds somebody, or something, else than a member."""
    found = schema_at(scope, mapping["path"].split(".")) if "path" in mapping else None
    listed = list_of(found) if found is not None else ""
    if listed and listed not in _ASKABLE:
        holder = path_words(mapping["path"])
        message = f"“{holder}” is of the {listed.replace('_', ' ')}, who cannot open this run, and so cannot decide."
        yield Problem(node_id, field, "approver_without_access", message, "Choose a field that holds somebody of your team.")
