"""Files that the studio shared with a client."""

from fastapi.responses import Response

from api.deps import Read
from api.files import file_response
from api.routing import Router
from models.queries.files import get_shared_file
from models.types.principals import Door

router = Router("files", Door.PORTAL)


@router.get("/portal/files/{file_id}")
def show(file_id: str, call: Read, inline: bool = False) -> Response:
    """A shared file of the client's own engagements; any other is not found."""
    return file_response(call, get_shared_file(call.session, file_id, call.principal.id), is_inline=inline)
