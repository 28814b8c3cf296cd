"""Keys for programs."""

from datetime import datetime

from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import Read, Write
from api.idempotency import settle
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.api_tokens import create_api_token, revoke_api_token
from models.queries.api_tokens import get_api_token, select_api_tokens
from models.tables.members import ApiToken

router = Router("api_tokens")


class ApiTokenIn(BaseModel):
    """A key to make. scopes: such as `invoices:read`, or `*` for everything."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=120, examples=["Bookkeeping"])
    scopes: list[str] = Field(min_length=1, max_length=100, examples=[["invoices:read", "payments:read"]])


class ApiTokenOut(BaseModel):
    """A key as it is listed: never its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    scopes: list[str]
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewApiTokenOut(ApiTokenOut):
    """A key that was just made, with its secret, which is shown this once."""

    secret: str = Field(examples=["tl_…"])


@router.get("/api_tokens")
def list_api_tokens(call: Read, paging: Paging) -> Page[ApiTokenOut]:
    """The keys that are not revoked, newest first."""
    return page_of(call.session, select_api_tokens(call.session), ApiToken, paging, ApiTokenOut)


@router.post("/api_tokens", status_code=201, response_model=NewApiTokenOut)
def create_token(body: ApiTokenIn, call: Write) -> Response:
    """Make a key. Its secret is in this answer and nowhere else. Nobody can make a key that may more than they may.

    A repeat with the same Idempotency-Key names the same key, with an empty secret.
    """
    token, secret = create_api_token(
        call.session, name=body.name, scopes=body.scopes, created_by=call.actor, maker_scopes=call.principal.scopes
    )
    listed = NewApiTokenOut(**ApiTokenOut.model_validate(token).model_dump(), secret="")
    settle(call, listed, 201)
    return JSONResponse(jsonable_encoder(listed.model_copy(update={"secret": secret})), status_code=201)


@router.get("/api_tokens/{token_id}")
def show_api_token(token_id: str, call: Read) -> ApiTokenOut:
    """One key, revoked ones too."""
    return ApiTokenOut.model_validate(get_api_token(call.session, token_id))


@router.delete("/api_tokens/{token_id}", status_code=204)
def delete_api_token(token_id: str, call: Write) -> None:
    """Revoke a key, at once."""
    revoke_api_token(call.session, get_api_token(call.session, token_id), now=call.now)
