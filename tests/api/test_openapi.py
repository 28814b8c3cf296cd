"""The document of the API tells, for every operation, what it takes, gives and refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from api import rest
from api.app import create_app
from api.openapi import Problem
from api.routing import REST_PREFIX
from models.settings import Settings

DOCUMENT = create_app(Settings(env="test", home=Path("/nonexistent"))).openapi()
PATHS = {path.removeprefix(REST_PREFIX): methods for path, methods in DOCUMENT["paths"].items() if path.startswith(REST_PREFIX)}
OPERATIONS = [
    pytest.param(route, PATHS[route.path_format][method.lower()], id=f"{method} {route.path_format}")
    for router in rest.ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.path_format in PATHS
    for method in sorted(route.methods or ())
    if method.lower() in PATHS[route.path_format]
]


def example_of(part: dict[str, Any]) -> str | None:
    """The example of a body or an answer, as JSON; None where there is no JSON."""
    content = part.get("content", {}).get("application/json")
    return None if content is None else json.dumps(content["example"])


def test_every_operation_is_looked_at():
    assert len(OPERATIONS) == sum(len(methods) for methods in PATHS.values())


@pytest.mark.parametrize(("route", "operation"), OPERATIONS)
def test_an_example_of_what_it_gives_fits(route: APIRoute, operation: dict[str, Any]):
    said = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    example = example_of(said)
    if example is not None and route.response_model is not None:
        TypeAdapter(route.response_model).validate_json(example)


@pytest.mark.parametrize(("route", "operation"), OPERATIONS)
def test_an_example_of_what_it_takes_fits(route: APIRoute, operation: dict[str, Any]):
    example = example_of(operation.get("requestBody", {}))
    if example is not None:
        assert route.body_field is not None
        shape: Any = route.body_field.field_info.annotation
        TypeAdapter(shape).validate_json(example)


@pytest.mark.parametrize(("route", "operation"), OPERATIONS)
def test_it_says_what_it_refuses(route: APIRoute, operation: dict[str, Any]):
    told = operation["responses"].keys()
    assert {"401", "403"} <= told
    if "{" in route.path:
        assert "404" in told
    if "idempotency-key" in {one["name"] for one in operation.get("parameters", [])}:
        assert {"409", "422", "425"} <= told


def test_every_refusal_is_a_problem():
    refusals = [
        answer
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
        for status, answer in operation["responses"].items()
        if status >= "400"
    ]
    assert {next(iter(answer)) for answer in refusals} == {"$ref"}
    for refusal in DOCUMENT["components"]["responses"].values():
        Problem.model_validate(refusal["content"]["application/problem+json"]["example"])
    assert "HTTPValidationError" not in json.dumps(DOCUMENT)


def test_a_problem_is_answered_as_it_is_told(program: TestClient, public: TestClient):
    for answer in (
        public.get(f"{REST_PREFIX}/invoices"),
        program.get(f"{REST_PREFIX}/invoices/inv_none"),
        program.post(f"{REST_PREFIX}/contacts", json={"unknown": 1}),
    ):
        assert answer.headers["content-type"] == "application/problem+json"
        assert Problem.model_validate(answer.json()).status == answer.status_code
