"""What everybody may see of a studio: its logo."""

from fastapi import Request
from fastapi.responses import Response

from api.deps import Read
from api.files import file_response
from api.routing import Router
from models.queries.files import get_file
from models.queries.workspaces import get_workspace_by_slug
from models.types.errors import NotFound
from models.types.principals import Door

router = Router("brand", Door.PUBLIC)


@router.get("/w/{slug}/logo")
def show_logo(slug: str, call: Read, request: Request) -> Response:
    """The picture that stands on pages, mails and PDFs. Raises NotFound when the studio has none."""
    workspace = get_workspace_by_slug(call.session, slug)
    if workspace.logo_file_id is None:
        raise NotFound("This studio has no logo.")
    call.enter(workspace.id)
    file = get_file(call.session, workspace.logo_file_id)
    tag = f'"{file.sha256[:32]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    response = file_response(call, file, is_inline=True)
    # Mail programs and clients' pages on other hosts show it too.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["ETag"] = tag
    return response
