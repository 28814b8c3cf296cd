"""The document of the API, completed in one place: what every operation may refuse, and an example of all it takes and gives."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from api.openapi_examples import Example
from api.routing import REST_PREFIX

PROBLEM_JSON = "application/problem+json"
_WHY = {
    "401": ("NotSignedIn", "Please sign in", "Send `Authorization: Bearer …` with a valid token, or sign in."),
    "403": ("Forbidden", "You may not do this", "This needs the scope invoices:write."),
    "404": ("NotFound", "Not found", "There is no such invoice."),
    "409": ("Conflict", "This is not possible right now", "Somebody else changed this at the same moment. Reload and try again."),
    "422": ("Invalid", "Something is missing or wrong", "name: Field required"),
    "425": ("StillUnderWay", "Still under way", "The same request is still under way. Send it again in a moment."),
}


class FieldProblem(BaseModel):
    """One field at fault."""

    field: str = Field(examples=["name"])
    message: str = Field(examples=["Field required"])


class Problem(BaseModel):
    """What went wrong, after RFC 9457. type: leads to its page in the manual."""

    type: str = Field(examples=["/help/errors#Invalid"])
    title: str = Field(examples=["Something is missing or wrong"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["name: Field required"])
    """What happened and what to do."""
    problems: list[FieldProblem]


class App(FastAPI):
    """The application, with a document that tells everything."""

    def openapi(self) -> dict[str, Any]:
        """The document; made when it is first asked for."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi())
        return self.openapi_schema


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its problems and examples."""
    schemas = document["components"]["schemas"]
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    definitions = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(definitions.pop("$defs"), Problem=definitions)
    document["components"]["responses"] = {status: _refusal(status) for status in _WHY}
    example = Example(schemas)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.startswith(REST_PREFIX):
                _complete(path, method, operation, example)
    return document


def _refusal(status: str) -> dict[str, Any]:
    kind, title, detail = _WHY[status]
    problems = [{"field": "name", "message": "Field required"}] if status == "422" else []
    example = {"type": f"/help/errors#{kind}", "title": title, "status": int(status), "detail": detail, "problems": problems}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    refusal: dict[str, Any] = {"description": title, "content": {PROBLEM_JSON: content}}
    if status == "425":
        refusal["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    return refusal


def _complete(path: str, method: str, operation: dict[str, Any], example: Example) -> None:
    if method == "get":  # a slow one depends on what also takes keys, and changes nothing
        operation["parameters"] = [one for one in operation.get("parameters", []) if one["name"] != "idempotency-key"]
    for status in _refusals_of(path, method, operation):
        operation["responses"][status] = {"$ref": f"#/components/responses/{status}"}
    parts = [operation.get("requestBody", {})]
    parts += [said for status, said in operation["responses"].items() if status.startswith("2")]
    for part in parts:
        content = part.get("content", {}).get("application/json")
        if content is not None and "example" not in content:
            content["example"] = example.of(content.get("schema", {}))


def _refusals_of(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    names = {one["name"] for one in operation.get("parameters", [])}
    takes_key = "idempotency-key" in names
    wanted = {
        "401": True,
        "403": True,
        "404": "{" in path or method != "get",
        "409": method != "get",
        "422": "422" in operation["responses"] or takes_key,
        "425": takes_key,
    }
    return [status for status, applies in wanted.items() if applies]
