"""The studio: its brand and its working hours. Owners alone may change them."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Form, Query, UploadFile
from fastapi.responses import Response
from markupsafe import Markup

from api.deps import Call, Read, Slow, Write
from api.files import keep_upload
from api.render import fragment, member_page, redirect
from api.routing import Router
from api.web.choices import zones
from models.commands.files import keep_file
from models.commands.workspaces import change_workspace
from models.rules.brand_colours import DEFAULT, brand_variables, contrast, normalised_colour
from models.rules.dates import zone_info
from models.rules.working_hours import WEEKDAYS, checked_week, spans_of, spoken_day
from models.tables.workspaces import Workspace
from models.types.errors import Forbidden, Invalid
from models.types.forms import Upload
from models.types.members import MemberRole
from models.types.principals import Door

router = Router("settings", Door.MEMBER, prefix="")

MAX_LOGO_BYTES = 2_000_000
_LOGO_TYPES = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the settings."""

    text: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class ColourPreview:
    """How a brand colour will really look, and how well it reads."""

    colour: str
    is_known: bool
    light_style: Markup
    dark_style: Markup
    button_contrast: str
    link_contrast: str
    is_moved: bool
    """The colour itself would be too pale for words on white; a darker shade of it is used there."""


@dataclass
class BrandPage:
    tabs: list[Tab]
    workspace: Workspace
    values: dict[str, str]
    preview: ColourPreview
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class HoursPage:
    tabs: list[Tab]
    timezone: str
    region: str
    days: list[tuple[str, str, str]]
    """(number, name, hours as typed) from Monday on."""
    errors: dict[str, str] = field(default_factory=dict)
    zones: list[tuple[str, str]] = field(default_factory=zones)


@dataclass
class PreviewPage:
    preview: ColourPreview


@router.get("/settings")
def show(call: Read) -> Response:
    """The brand, for owners; everybody else lands on their own profile."""
    if call.principal.role != MemberRole.OWNER:
        return redirect(call, "/settings/profile")
    return _brand_page(call, _brand_values(call.workspace))


@router.get("/settings/brand/preview")
def show_preview(call: Read, brand_color: Annotated[str, Query(max_length=20)] = "") -> Response:
    """The colour as buttons and words, in light and dark."""
    return fragment(call, "settings/_preview.html", PreviewPage(preview_of(brand_color)))


@router.post("/settings/brand")
def update_brand(
    call: Slow,
    name: Annotated[str, Form(max_length=120)] = "",
    brand_color: Annotated[str, Form(max_length=20)] = "",
    sender_name: Annotated[str, Form(max_length=120)] = "",
    sender_address: Annotated[str, Form(max_length=254)] = "",
    remove_logo: Annotated[str, Form()] = "",
    logo: UploadFile | None = None,
) -> Response:
    """Change name, colour, sender and logo. The picture is stored before anything is written."""
    values = {"name": name.strip(), "brand_color": brand_color.strip()}
    values |= {"sender_name": sender_name.strip(), "sender_address": sender_address.strip()}
    with call.open(writes=False):
        check_owner(call)
        workspace_id = call.workspace.id
    errors, upload = _brand_problems(values), None
    if logo is not None and logo.filename and not errors:
        try:
            upload = _keep_logo(call, workspace_id, logo)
        except Invalid as invalid:
            errors["logo"] = invalid.detail
    if errors:
        with call.open(writes=False):
            return _brand_page(call, values, errors)
    with call.open(writes=True):
        changes: dict[str, Any] = {**values, "brand_color": normalised_colour(values["brand_color"])}
        if upload is not None:
            changes["logo_file_id"] = keep_file(call.session, upload, uploaded_by=call.actor).id
        elif remove_logo:
            changes["logo_file_id"] = None
        change_workspace(call.session, call.workspace, changes)
        return redirect(call, "/settings", flash="Your brand is saved.")


@router.get("/settings/hours")
def show_hours(call: Read) -> Response:
    check_owner(call)
    week = call.workspace.weekly_hours
    days = [(str(day), name, spoken_day(week.get(str(day), []))) for day, name in enumerate(WEEKDAYS)]
    page = HoursPage(tabs_of(call, "hours"), call.workspace.timezone, call.workspace.holidays_region, days)
    return member_page(call, "settings/hours.html", page, nav="settings")


@router.post("/settings/hours")
def update_hours(
    call: Write,
    timezone: Annotated[str, Form(max_length=64)] = "",
    holidays_region: Annotated[str, Form(max_length=12)] = "",
    hours: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Change zone, holidays and the week; `hours` holds seven lines from Monday on."""
    check_owner(call)
    typed = [*(hours or []), *([""] * 7)][:7]
    days = [(str(day), name, typed[day]) for day, name in enumerate(WEEKDAYS)]
    try:
        zone_info(timezone)
        week = checked_week({day: spans_of(text, name) for day, name, text in days})
    except Invalid as invalid:
        page = HoursPage(tabs_of(call, "hours"), timezone, holidays_region, days, {invalid.field or "": invalid.detail})
        return member_page(call, "settings/hours.html", page, nav="settings", status=422)
    region = holidays_region.strip().upper()
    change_workspace(call.session, call.workspace, {"timezone": timezone, "holidays_region": region, "weekly_hours": week})
    return redirect(call, "/settings/hours", flash="Saved. Free times on your booking pages follow at once.")


def check_owner(call: Call) -> None:
    """Raises Forbidden for everybody but an owner."""
    if call.principal.role != MemberRole.OWNER:
        raise Forbidden("Only an owner of the studio can change this.")


def tabs_of(call: Call, current: str) -> list[Tab]:
    """The pages of the settings that the reader may open."""
    own = [("profile", "Your profile", "/settings/profile"), ("calendars", "Calendars", "/settings/calendars")]
    studio = [
        ("brand", "Brand", "/settings"),
        ("money", "Money", "/settings/money"),
        ("hours", "Working hours", "/settings/hours"),
        ("people", "People", "/settings/people"),
        ("keys", "API keys", "/settings/api_tokens"),
        ("credentials", "Credentials", "/settings/credentials"),
    ]
    shown = [*studio, *own] if call.principal.role == MemberRole.OWNER else own
    return [Tab(text, href, key == current) for key, text, href in shown]


def preview_of(colour: str) -> ColourPreview:
    """How a typed colour will look; of what is no colour, how the product's own looks."""
    known = normalised_colour(colour)
    shown = known or DEFAULT
    variables = brand_variables(shown)
    return ColourPreview(
        colour=shown,
        is_known=known is not None,
        light_style=_style(variables, primary="--brand", content="--brand-content", ink="--brand-ink"),
        dark_style=_style(variables, primary="--brand-dark", content="--brand-dark-content", ink="--brand-ink-dark"),
        button_contrast=f"{contrast(variables['--brand'], variables['--brand-content']):.1f}",
        link_contrast=f"{contrast(variables['--brand-ink'], '#ffffff'):.1f}",
        is_moved=variables["--brand-ink"] != shown,
    )


def _keep_logo(call: Call, workspace_id: str, logo: UploadFile) -> Upload:
    """The picture, in storage. Raises Invalid for one that is too large, or that a mail program would not show."""
    if (logo.size or 0) > MAX_LOGO_BYTES:
        raise Invalid(f"Use a picture of at most {MAX_LOGO_BYTES // 1_000_000} MB.", field="logo")
    upload = keep_upload(call.settings, workspace_id, logo)
    if upload.media_type not in _LOGO_TYPES:
        raise Invalid("Use a PNG, JPEG or WebP picture.", field="logo")
    return upload


def _style(variables: dict[str, str], *, primary: str, content: str, ink: str) -> Markup:
    pairs = (("--color-primary", primary), ("--color-primary-content", content), ("--ink", ink))
    return Markup(";").join(Markup("{}:{}").format(name, variables[of]) for name, of in pairs)


def _brand_values(workspace: Workspace) -> dict[str, str]:
    return {name: getattr(workspace, name) for name in ("name", "brand_color", "sender_name", "sender_address")}


def _brand_problems(values: dict[str, str]) -> dict[str, str]:
    errors = {} if values["name"] else {"name": "The studio needs a name."}
    if normalised_colour(values["brand_color"]) is None:
        errors["brand_color"] = "Write the colour as #rrggbb."
    if values["sender_address"] and "@" not in values["sender_address"]:
        errors["sender_address"] = "This is no mail address."
    return errors


def _brand_page(call: Call, values: dict[str, str], errors: dict[str, str] | None = None) -> Response:
    page = BrandPage(tabs_of(call, "brand"), call.workspace, values, preview_of(values["brand_color"]), errors or {})
    return member_page(call, "settings/brand.html", page, nav="settings", status=422 if errors else 200)
