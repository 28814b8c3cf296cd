"""Downloads for members."""

from fastapi.responses import Response

from api.deps import Read
from api.files import file_response
from api.routing import Router
from models.queries.files import get_file
from models.types.principals import Door

router = Router("files", Door.MEMBER)


@router.get("/files/{file_id}")
def show(file_id: str, call: Read, inline: bool = False) -> Response:
    """The file as a download; shown in place when asked for and harmless."""
    return file_response(call, get_file(call.session, file_id), is_inline=inline)
