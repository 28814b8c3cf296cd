"""Every operation of the OpenAPI document, with the address and the body that make it about given resources."""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.builders.everything import Ids

Schema = dict[str, Any]
NESTED = {
    "periods": "1",
    "skips": "1",
    "versions": "1",
    "checklist": "0",
    "fields": "name",
    "steps": "task",
    "automation_options": "members",
    "automation_templates": "new_lead",
}
"""Path segments whose parameter counts or names inside its parent and is no id of its own, with one that exists."""
RESOURCES = {
    "people": "contacts",
    "approvals": "waits",
    "calendars": "calendar_connections",
    "inbox": "conversations",
    "line_items": "invoice_line_items",
}
"""Path segments that stand for rows of another table. All others are the table's own name: `/invoices/{invoice_id}`."""
FIELDS = {
    "assignee_id": "members",
    "board_id": "task_boards",
    "group_id": "task_groups",
    "owner_id": "members",
    "person_id": "contacts",
    "root_id": "proposals",
    "subject_id": "engagements",
    "template_id": "project_templates",
    "proposals template_id": "proposal_templates",
    "contracts template_id": "contract_templates",
}
"""Fields whose name is not that of the table they point at, by name or by noun and name. All others are: `contact_id`
names a contact."""
MORE = {
    "POST /retainers/{retainer_id}/charges": {"period_index": 0},
    "POST /automation_step_tests": {"node_id": "wait"},
    "POST /contracts": {"title": "Agreement", "body": "We agree."},
}
"""Fields that some bodies need though each by itself may be left out."""


class NoEntry(LookupError):
    """The registry does not know what to put into a new route."""


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    body: Schema | None
    upload: Schema | None
    query: tuple[Schema, ...] = field(repr=False, hash=False, compare=False)
    components: dict[str, Schema] = field(repr=False, hash=False, compare=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path.removeprefix('/api/v1')}"

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @property
    def noun(self) -> str:
        return self.path.split("/")[3]

    @property
    def has_address(self) -> bool:
        """Whether the path names a row."""
        parts = self.path.split("/")
        return any(part.startswith("{") and noun not in NESTED for noun, part in pairwise(parts))

    def address(self, ids: Ids) -> str:
        """The path about one row of each of its nouns. Raises NoEntry for a noun that nobody entered."""
        parts = self.path.split("/")
        return "/".join(self._part(parts, place, ids) for place in range(len(parts)))

    def _part(self, parts: list[str], place: int, ids: Ids) -> str:
        part = parts[place]
        if not part.startswith("{"):
            return part
        noun = parts[place - 1]
        if noun in NESTED:
            return NESTED[noun]
        table = RESOURCES.get(noun, noun)
        if table not in ids:
            raise NoEntry(
                f"{self}: nothing is known about {part} after `{noun}`. Name its table in RESOURCES (or in NESTED when it is "
                "no id) of tests/architecture/operations.py, so that the tenancy test can ask for another workspace's row."
            )
        return ids[table]

    def request(self, ids: Ids, body_ids: Ids, *, only: str | None = None) -> dict[str, Any]:
        """The arguments of a request about `ids`, whose body points at `body_ids`.

        only: the one pointer to fill among those that may be left out; None for all of them.
        """
        also = {*self.pointers()} if only is None else {only}
        said: dict[str, Any] = {"method": self.method, "url": self.address(ids), "params": self._filters(ids)}
        if self.body is not None:
            said["json"] = self._example(self.body, body_ids, also)
            said["json"].update(MORE.get(str(self), {}))
        if self.upload is not None:
            fields = self._example(self.upload, body_ids, also)
            said["data"] = {name: value for name, value in fields.items() if name != "file"}
            said["files"] = {"file": ("note.txt", b"A note.", "text/plain")}
        return said

    def _filters(self, ids: Ids) -> dict[str, Any]:
        return {
            one["name"]: self._example(one["schema"], ids, set(), one["name"])
            for one in self.query
            if one["required"] or self.table_of(one["name"], ids) is not None
        }

    def pointers(self) -> list[str]:
        """The names of the fields of the body, at any depth, that point at rows."""
        return [] if self.body is None else sorted(set(_pointers(self.body, self.components)))

    def _example(self, schema: Schema, ids: Ids, also: set[str], name: str = "") -> Any:
        """A value that fits a schema: its own example where it has one, and ids of our rows where it points at some."""
        schema = resolved(schema, self.components)
        table = self.table_of(name, ids)
        if table is not None:
            return ids[table] if _holds_text(schema, self.components) else [ids[table]]
        if "properties" in schema:
            wanted = {*schema.get("required", []), *also}
            made = {
                key: self._example(inner, ids, also, key)
                for key, inner in schema["properties"].items()
                if key in wanted or wanted & {*_pointers(inner, self.components)}
            }
            return {**made, **(schema.get("examples") or [{}])[0], **{key: made[key] for key in made if key in also}}
        if schema.get("examples"):
            return schema["examples"][0]
        return self._by_kind(schema, ids, also)

    def _by_kind(self, schema: Schema, ids: Ids, also: set[str]) -> Any:
        if "anyOf" in schema:
            return self._example(schema["anyOf"][0], ids, also)
        if "const" in schema or "enum" in schema:
            return schema.get("const") or schema["enum"][0]
        if schema.get("type") == "array":
            return [self._example(schema["items"], ids, also)] * schema.get("minItems", 0)
        simple = {"integer": schema.get("minimum", 1), "number": 1, "boolean": True, "object": {}}
        formats = {"date": "2026-11-30", "date-time": "2026-11-30T09:00:00Z"}
        return simple.get(str(schema.get("type")), formats.get(str(schema.get("format")), "text"))

    def table_of(self, name: str, ids: Ids) -> str | None:
        """The table that a field of this name points at; None when it points at none of ours."""
        if name == "workspace_id" or not name.endswith(("_id", "_ids")):
            return None
        noun = re.sub("_ids?$", "", name)
        single = name.removesuffix("s")
        known = FIELDS.get(f"{self.noun} {single}", FIELDS.get(single))
        return known or next((plural for plural in (f"{noun}s", f"{noun[:-1]}ies") if plural in ids), None)


def operations(document: dict[str, Any]) -> list[Operation]:
    """Every operation of an OpenAPI document, in its order."""
    components = document["components"]["schemas"]
    return [
        Operation(
            method.upper(),
            path,
            _body(details, "application/json"),
            _body(details, "multipart/form-data"),
            tuple(one for one in details.get("parameters", []) if one["in"] == "query"),
            components,
        )
        for path, methods in document["paths"].items()
        for method, details in methods.items()
    ]


def _body(details: dict[str, Any], media_type: str) -> Schema | None:
    content = details.get("requestBody", {}).get("content", {})
    found = content.get(media_type, {}).get("schema")
    assert found is None or isinstance(found, dict)
    return found


def resolved(schema: Schema, components: dict[str, Schema]) -> Schema:
    """The schema behind a reference."""
    while "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    return schema


def _holds_text(schema: Schema, components: dict[str, Schema]) -> bool:
    choices = [resolved(one, components) for one in schema.get("anyOf", [schema])]
    return any(one.get("type") == "string" for one in choices)


def _pointers(schema: Schema, components: dict[str, Schema]) -> list[str]:
    found: list[str] = []
    for name, inner in resolved(schema, components).get("properties", {}).items():
        found += [name] if name.endswith(("_id", "_ids")) else _pointers(inner, components)
    return found
