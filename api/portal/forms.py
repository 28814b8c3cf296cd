"""The public page of a form: in the studio's brand, on its own or inside another site, with or without scripts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, Response
from limits import RateLimitItemPerMinute
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Limited
from starlette.exceptions import HTTPException

from api.deps import Call, Read, Slow
from api.files import Posted, PostedForm, keep_upload, limited, posted_form
from api.forms import HONEYPOT, TOKEN, FieldView, claimed_files, field_views, is_hasty, page_token, prefilled_values, typed_values
from api.render import public_page, redirect
from api.routing import Router
from api.throttle import throttle
from models.commands import submissions as commands
from models.commands.submissions import check_form, refuse_if_closed, submit_form
from models.ids import new_token
from models.queries.forms import find_submission, get_form_by_slug, get_version
from models.rules.forms import as_fields
from models.tables.forms import Form, FormVersion, Submission
from models.types.errors import Refused
from models.types.principals import Door

router = Router("forms", Door.PUBLIC)


@dataclass(frozen=True, slots=True)
class PublicFormPage:
    """A form to fill in."""

    title: str
    intro: str
    fields: list[FieldView]
    token: str
    action: str
    embed: bool
    honeypot: str = HONEYPOT
    token_name: str = TOKEN
    problems: dict[str, str] = field(default_factory=dict)
    notice: str = ""


@dataclass(frozen=True, slots=True)
class FormMessagePage:
    """A form that was sent, or that takes no answers."""

    title: str
    text: str
    is_thanks: bool
    embed: bool
    next_url: str = ""
    """The studio's own page to go on to. By a refresh: a redirect of the post itself would break our rule for forms."""


# Whatever is shown inside another site has an address that ends in /embed: only those may be framed.
@router.get("/f/{slug}")
def show(slug: str, call: Read) -> Response:
    """The form. Hidden fields and texts can be filled in by the address: `?utm_source=news`."""
    return _show(call, slug, embed=False)


@router.get("/f/{slug}/embed")
def show_embedded(slug: str, call: Read) -> Response:
    """The form for a frame inside another site."""
    return _show(call, slug, embed=True)


def _show(call: Call, slug: str, *, embed: bool) -> Response:
    form, version = _open(call, slug)
    try:
        refuse_if_closed(call.session, form, now=call.now)
    except Refused as closed:
        return _closed(call, version, closed, embed, status=410)
    given = prefilled_values(as_fields(version.fields), call.request.query_params)
    return _page(call, form, version, embed=embed, values=given)


@router.get("/f/{slug}/thanks")
def thanks(slug: str, call: Read) -> Response:
    """What stands there after sending."""
    return _thanks(call, slug, embed=False)


@router.get("/f/{slug}/thanks/embed")
def thanks_embedded(slug: str, call: Read) -> Response:
    """The same inside another site."""
    return _thanks(call, slug, embed=True)


def _thanks(call: Call, slug: str, *, embed: bool) -> Response:
    form, version = _open(call, slug)
    text = form.thank_you or "Thank you! Your answer has arrived."
    return public_page(call, "forms/message.html", FormMessagePage(version.title, text, True, embed, form.redirect_url))


class AnswersIn(BaseModel):
    """An answer that a program sends. token: a key of its own that makes a repeat the same submission."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, Any]
    token: str = Limited(default="", max_length=200)


async def _sent(request: Request) -> AsyncIterator[PostedForm | AnswersIn]:
    """What came: a form from a browser, or JSON from a program. Only a real multipart body can hold files."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        try:
            yield AnswersIn.model_validate_json(await limited(request, 1_000_000).body())
        except ValidationError as wrong:
            raise HTTPException(422, 'Send {"answers": {key: value}, "token": "…"}.') from wrong
    else:
        async for form in posted_form(request):
            yield form


Sent = Annotated[PostedForm | AnswersIn, Depends(_sent)]


@router.post("/f/{slug}")
def create(slug: str, call: Slow, sent: Sent) -> Response:
    """Take an answer. A browser goes on to the thank-you page, or gets the form again with what is wrong; a program gets JSON."""
    if isinstance(sent, AnswersIn):
        return _create_from_program(call, slug, sent)
    return _create(call, slug, sent, embed=False)


@router.post("/f/{slug}/embed")
def create_embedded(slug: str, call: Slow, posted: Posted) -> Response:
    """Take an answer from inside another site."""
    return _create(call, slug, posted, embed=True)


def _create(call: Call, slug: str, sent: PostedForm, *, embed: bool) -> Response:
    token = sent.value(TOKEN)[:200] or new_token()
    with call.open(writes=False):
        form, version = _open(call, slug)
        fields = as_fields(version.fields)
        typed = typed_values(fields, sent)
        if find_submission(call.session, form.id, token) is not None:
            return _done(call, form, embed)
        wanted, refusal = _looked_at(call, form, version, sent, token=token, embed=embed)
        if refusal is not None:
            return refusal
    kept = {key: [keep_upload(call.settings, form.workspace_id, file) for file in sent.files[key]] for key in wanted}
    with call.open(writes=True):
        form, version = _open(call, slug)
        try:
            _submit(call, form, version, typed | kept, token=token, is_bait_taken=bool(sent.value(HONEYPOT)))
        except Refused as closed:
            return _closed(call, version, closed, embed)
        return _done(call, form, embed)


def _create_from_program(call: Call, slug: str, sent: AnswersIn) -> Response:
    token = sent.token or new_token()
    with call.open(writes=True):
        form, version = _open(call, slug)
        if find_submission(call.session, form.id, token) is None:
            _refuse_flood(call, form, token)
            problems = check_form(call.session, as_fields(version.fields), sent.answers).problems
            if problems:
                rows = [{"field": key, "message": text} for key, text in problems.items()]
                answer = {"title": "Something is missing or wrong", "status": 422, "problems": rows}
                return JSONResponse(answer, 422, media_type="application/problem+json")
        submission = _submit(call, form, version, sent.answers, token=token, is_bait_taken=bool(sent.answers.get(HONEYPOT)))
        return JSONResponse({"id": submission.id, "status": "received"}, 201)


def _open(call: Call, slug: str) -> tuple[Form, FormVersion]:
    """The published form at an address; its workspace is the call's from here on. Raises NotFound."""
    form = get_form_by_slug(call.session, slug)
    call.enter(form.workspace_id)
    return form, get_version(call.session, form.id, form.published_version)


def _looked_at(
    call: Call, form: Form, version: FormVersion, sent: PostedForm, *, token: str, embed: bool
) -> tuple[list[str], Response | None]:
    """The keys of the files to keep, and nothing; or the page that says why the answer cannot be taken, with what was typed."""
    fields = as_fields(version.fields)
    typed = typed_values(fields, sent)
    again: dict[str, Any] = {"embed": embed, "values": typed, "token": token}
    try:
        refuse_if_closed(call.session, form, now=call.now)
        _refuse_flood(call, form, token)
    except Refused as closed:
        return [], _closed(call, version, closed, embed)
    except HTTPException as flood:
        return [], _page(call, form, version, status=429, notice=flood.detail, **again)
    files = claimed_files(fields, sent)
    checked = check_form(call.session, fields, typed | files.uploads)
    problems = checked.problems | files.problems
    if problems:
        notice = "Please choose your files again: a browser does not keep them." if any(sent.files.values()) else ""
        return [], _page(call, form, version, status=422, problems=problems, notice=notice, **again)
    return list(checked.uploads), None


def _refuse_flood(call: Call, form: Form, token: str) -> None:
    limit = RateLimitItemPerMinute(call.settings.form_posts_per_minute)
    if not throttle(call.request).allows(limit, "form", call.address, form.id, once=token):
        raise HTTPException(429, "Too many answers came from your network. Wait a minute, then send it again: nothing is lost.")


def _done(call: Call, form: Form, embed: bool) -> Response:
    return redirect(call, f"/f/{form.slug}/thanks{'/embed' if embed else ''}")


def _closed(call: Call, version: FormVersion, closed: Refused, embed: bool, *, status: int = 409) -> Response:
    return public_page(call, "forms/message.html", FormMessagePage(version.title, closed.detail, False, embed), status=status)


def _submit(
    call: Call, form: Form, version: FormVersion, answers: dict[str, Any], *, token: str, is_bait_taken: bool
) -> Submission:
    is_suspect = is_bait_taken or is_hasty(call.settings.secret_key, token, call.now)
    how = commands.Posted(token=token, address=call.address, agent=call.agent, is_suspect=is_suspect)
    return submit_form(call.session, form, version, answers, how, now=call.now)


def _page(
    call: Call,
    form: Form,
    version: FormVersion,
    *,
    embed: bool,
    values: dict[str, Any],
    token: str = "",
    problems: dict[str, str] | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    fields = as_fields(version.fields)
    page = PublicFormPage(
        title=version.title,
        intro=version.intro,
        fields=field_views(fields, currency=call.workspace.currency, values=values, errors=problems),
        token=token or page_token(call.settings.secret_key, call.now),
        action=f"/f/{form.slug}{'/embed' if embed else ''}",
        embed=embed,
        problems=problems or {},
        notice=notice,
    )
    return public_page(call, "forms/public.html", page, status=status)
