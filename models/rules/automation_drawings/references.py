"""What a node names that is no longer there, wherever it is named: in a field, as what to take instead, in a condition."""

from collections.abc import Iterable, Iterator, Mapping

from models.rules.automation_references import Named, list_of, named_in_expression, named_in_mapping
from models.rules.json_schemas import Schema
from models.rules.mappings import is_mapping
from models.types.automations import Json, Lookups, Problem
from models.types.members import MemberRole

_ROLES = frozenset(f"role:{role}" for role in MemberRole)
_MEMBER = "member:"


def mapping_reference_problems(
    node_id: str, field: str, mapping: Json, wanted: Mapping[str, Json], scope: Schema, lookups: Lookups
) -> Iterator[Problem]:
    """What a value of a node names that is gone."""
    if not is_mapping(mapping):
        return
    named = list(named_in_mapping(mapping, wanted, scope))
    if list_of(wanted) == "approvers":
        yield from _approver_problems(node_id, field, [one for listed, one in named if listed == "approvers"])
        named = [("members", one.removeprefix(_MEMBER)) for _, one in named if one.startswith(_MEMBER)]
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


def _approver_problems(node_id: str, field: str, named: list[str]) -> Iterator[Problem]:
    for item in named:
        if not item.startswith(_MEMBER) and item not in _ROLES:
            message = f"“{item}” cannot open this run, and so cannot decide."
            yield Problem(node_id, field, "approver_without_access", message, "Choose somebody of your team.")
