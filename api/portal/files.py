"""Files that the studio and a client gave each other."""

from dataclasses import dataclass

from fastapi.responses import Response
from sqlmodel import col

from api.deps import Call, Read, Slow
from api.files import Posted, file_response, keep_upload
from api.render import portal_page, redirect
from api.routing import Router
from models.commands.files import add_file
from models.queries.engagements import select_engagements
from models.queries.files import get_shared_file, list_shared_files
from models.tables.engagements import Engagement
from models.tables.files import File
from models.types.errors import Invalid, NotFound
from models.types.principals import Door

router = Router("files", Door.PORTAL)


@dataclass(frozen=True, slots=True)
class EngagementFiles:
    """The files of one engagement."""

    engagement: Engagement
    files: list[File]


@dataclass(frozen=True, slots=True)
class PortalFilesPage:
    """Every file the client may have, by engagement, and where they may add some."""

    groups: list[EngagementFiles]
    me: str
    """The client as an actor: their own uploads are marked."""
    error: str = ""


@router.get("/portal/files")
def index(call: Read) -> Response:
    """The shared files of the client's engagements, newest first."""
    return _page(call)


@router.post("/portal/files")
def create(call: Slow, posted: Posted) -> Response:
    """Give the studio files. They belong to the engagement that was chosen."""
    with call.open(writes=False):
        engagement = _own_engagement(call, posted.value("engagement_id"))
        workspace_id, engagement_id = engagement.workspace_id, engagement.id
    try:
        uploads = [keep_upload(call.settings, workspace_id, file) for file in posted.files.get("file", [])]
    except Invalid as refused:
        with call.open(writes=False):
            return _page(call, error=refused.detail)
    with call.open(writes=True):
        for upload in uploads:
            who = {"uploaded_by": call.actor, "contact_id": call.principal.id}
            add_file(call.session, upload, engagement_id=engagement_id, is_shared=True, **who)
        said = "Your files have arrived." if uploads else "Choose a file first."
        return redirect(call, "/portal/files", flash=said, kind="success" if uploads else "warning")


@router.get("/portal/files/{file_id}")
def show(file_id: str, call: Read, inline: bool = False) -> Response:
    """A shared file of the client's own engagements; any other is not found."""
    return file_response(call, get_shared_file(call.session, file_id, call.principal.id), is_inline=inline)


def _page(call: Call, *, error: str = "") -> Response:
    wanted = select_engagements(contact_id=call.principal.id).order_by(col(Engagement.id).desc())
    engagements: list[Engagement] = list(call.session.exec(wanted))
    files = list_shared_files(call.session, [one.id for one in engagements])
    groups = [EngagementFiles(one, [file for file in files if file.engagement_id == one.id]) for one in engagements]
    page = PortalFilesPage(groups, call.actor, error)
    return portal_page(call, "portal/files.html", page, place="files", status=422 if error else 200)


def _own_engagement(call: Call, engagement_id: str) -> Engagement:
    wanted = select_engagements(contact_id=call.principal.id).where(col(Engagement.id) == engagement_id)
    engagement: Engagement | None = call.session.exec(wanted).first()
    if engagement is None:
        raise NotFound("There is no such project.")
    return engagement
