"""Asking another service."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, named_texts, picked, sample
from api.credentials import Shown, opened_credential, shown_to, without_secret
from api.egress import egress_policy
from api.gateways.egress import EgressResponse, fetch
from models.rules.expressions import value_at
from models.types.automations import Json
from models.types.credentials import OpenCredential
from models.types.errors import DomainError, Invalid, Refused, Unavailable

MAX_ANSWER = 256_000
"""Bytes of an answer that are read."""
MAX_TEXT = 16_000
"""Characters of a text, or of a JSON document written out, that later steps can read."""
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "proxy-authorization"}
)
"""Headers that belong to the connection, and would tell the other side something else than we do."""
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_PAUSE = timedelta(hours=24)
_SAFE = frozenset({"GET", "HEAD"})

Texts = dict[str, str]


class RequestInput(ActionInput):
    """One request to another service."""

    method: Annotated[Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"], Field(title="Method")] = "GET"
    url: Annotated[
        str,
        Field(
            title="Address",
            description="https://…; values put into it are encoded",
            min_length=8,
            max_length=2000,
            json_schema_extra={"format": "uri"},
        ),
    ]
    query: Annotated[Texts, named_texts("Parameters", "Of the address", max_length=50)] = Field(default_factory=dict)
    headers: Annotated[Texts, named_texts("Headers", "Secrets belong in a credential", max_length=50)] = Field(
        default_factory=dict
    )
    credential_id: Annotated[str | None, picked("Credential", "credentials", "From Settings, Credentials")] = None
    json_body: Annotated[
        str,
        Field(
            title="Body, as JSON",
            description='Such as {"name": "{{ trigger.contact.name }}"}; values are escaped',
            max_length=60_000,
            json_schema_extra={"format": "json"},
        ),
    ] = ""
    data: Annotated[Json, Field(title="Body, from a field", description="A record or list, sent as JSON")] = None
    form: Annotated[Texts, named_texts("Body, as a form", max_length=100)] = Field(default_factory=dict)
    expected: Annotated[
        tuple[int, ...], Field(title="Also fine", description="Statuses besides 200 to 299, such as 404", max_length=20)
    ] = ()
    keep_headers: Annotated[tuple[str, ...], Field(title="Headers to keep", description="Of the answer", max_length=20)] = ()
    pick: Annotated[
        Texts, Field(title="Values to pick", description="Name to a path in the answer, such as data.id", max_length=50)
    ] = Field(default_factory=dict)
    timeout_seconds: Annotated[int, Field(title="Seconds to wait", ge=1, le=60)] = 20


class AnswerOutput(ActionOutput):
    """The answer. body: of a JSON answer; text: of any other. What is too long is cut, and is_cut says so."""

    status: int
    is_ok: bool
    headers: dict[str, str]
    body: Any = None
    text: str = ""
    is_cut: bool = False
    picked: dict[str, Any] = Field(default_factory=dict)


class Request(Action):
    """A request to another service."""

    name = "http.request"
    title = "HTTP request"
    icon = "globe"
    docs = (
        "Asks another service on the internet, with a credential if you choose one. Redirects are not followed and addresses "
        "of the inner network are refused. When the service is busy or down, the step is tried again; a write carries an "
        "Idempotency-Key, the same at every attempt."
    )
    Input = RequestInput
    Output = AnswerOutput
    kind = "slow"
    needs = ("automations:write",)
    example = sample(
        method="POST",
        url="https://api.example.com/customers",
        json_body='{"name": "Ada Byron", "email": "ada@byron-mills.example"}',
        credential_id="crd_01k7w3y6m0",
        pick={"id": "data.id"},
    )

    def perform(self, context: ActionContext, given: RequestInput) -> AnswerOutput:
        """Ask. Raises Refused for a forbidden address or an unexpected answer, Unavailable when it is worth another attempt."""
        credential = _credential(context, given)
        try:
            answer = _asked(context, given, credential)
            return _checked(given, credential, answer, context.now)
        except DomainError as problem:
            # The address may hold the secret, and errors of connections hold the address.
            problem.detail = without_secret(problem.detail, credential)
            raise problem from None


def _credential(context: ActionContext, given: RequestInput) -> OpenCredential | None:
    if given.credential_id is None:
        return None
    with context.call.open(writes=False):
        return opened_credential(context.session, context.call.settings, given.credential_id)


def _asked(context: ActionContext, given: RequestInput, credential: OpenCredential | None) -> EgressResponse:
    settings = context.call.settings
    body, media_type = _body(given)
    shown = Shown()
    if credential is not None:
        opened = bool(settings.egress_allow)
        shown = shown_to(credential, given.url, body or b"", now=context.now, allows_plain=opened)
    headers = {
        "User-Agent": "Throughline",
        "Accept": "application/json, */*;q=0.5",
        **({"Content-Type": media_type} if body is not None else {}),
        **({} if given.method in _SAFE else {"Idempotency-Key": context.key}),
        **_own_headers(given.headers),
        **shown.headers,
    }
    policy = egress_policy(settings, total_seconds=given.timeout_seconds, max_bytes=MAX_ANSWER)
    return fetch(given.method, _address(given, shown), policy=policy, headers=headers, body=body)


def _address(given: RequestInput, shown: Shown) -> str:
    try:
        parts = urlsplit(given.url.strip())
    except ValueError as error:
        raise Refused("This is not an address we can reach.", field="url") from error
    own = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in shown.query]
    query = urlencode([*own, *given.query.items(), *shown.query.items()])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _own_headers(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or name.lower() in _OURS:
            raise Invalid(f"“{name[:60]}” is no header that can be set.", field=f"headers.{name}")
        if not value.isprintable():
            raise Invalid(f"The header “{name}” holds a line break, or a letter that cannot be sent.", field=f"headers.{name}")
    # On the wire a header is bytes, which the client makes of Latin-1 alone: names of people are not.
    return {name: value.strip().encode().decode("latin-1") for name, value in headers.items()}


def _body(given: RequestInput) -> tuple[bytes | None, str]:
    """The bytes and their media type; None when nothing is sent."""
    bodies = [given.json_body.strip(), given.data, given.form]
    if sum(bool(one) for one in bodies) > 1:
        raise Invalid("Choose one body: JSON, a field, or a form.", field="json_body")
    if given.form:
        return urlencode(given.form).encode(), "application/x-www-form-urlencoded"
    if given.data is not None:
        return json.dumps(given.data).encode(), "application/json"
    if not given.json_body.strip():
        return None, ""
    try:
        return json.dumps(json.loads(given.json_body)).encode(), "application/json"
    except ValueError:
        raise Invalid("The body is no JSON once its values are in it.", field="json_body") from None


def _checked(given: RequestInput, credential: OpenCredential | None, answer: EgressResponse, now: datetime) -> AnswerOutput:
    is_fine = 200 <= answer.status < 300
    text = without_secret(answer.text, credential)
    if not is_fine and answer.status not in given.expected:
        host = urlsplit(given.url).hostname
        said = f"{host} answered {answer.status}: {' '.join(text.split())[:200]}".rstrip(": ")
        if answer.status in _AGAIN:
            raise Unavailable(said, retry_after_seconds=_pause(answer.headers.get("retry-after", ""), now))
        raise Refused(said, field="url")
    body, is_json = _parsed(answer, text)
    shown = {name: without_secret(answer.headers.get(name.lower(), ""), credential) for name in given.keep_headers}
    found = {name: value_at({"body": body}, f"body.{path}") for name, path in given.pick.items()} if is_json else {}
    is_cut = len(json.dumps(body)) > MAX_TEXT if is_json else len(text) > MAX_TEXT
    return AnswerOutput(
        status=answer.status,
        is_ok=is_fine,
        headers=shown,
        body=None if is_cut else body,
        text="" if is_json and not is_cut else text[:MAX_TEXT],
        is_cut=is_cut,
        picked=found,
    )


def _parsed(answer: EgressResponse, text: str) -> tuple[Json, bool]:
    if "json" not in answer.headers.get("content-type", "").lower():
        return None, False
    try:
        return json.loads(text), True
    except (ValueError, RecursionError):
        return None, False


def _pause(said: str, now: datetime) -> int | None:
    """The seconds of a Retry-After header, which holds a number or a date; at most a day. None when it holds neither."""
    if said.strip().isdigit():
        seconds = int(said.strip()[:9])
    else:
        try:
            seconds = int((parsedate_to_datetime(said) - now).total_seconds())
        except (TypeError, ValueError):
            return None
    return max(0, min(seconds, int(_LONGEST_PAUSE.total_seconds())))
