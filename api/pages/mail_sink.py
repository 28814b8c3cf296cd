"""`/dev/mail`: where mail goes while nothing really leaves."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from models.settings import Settings

router = APIRouter(include_in_schema=False)


@router.get("/dev/mail")
def show(request: Request) -> RedirectResponse:
    """On to the mail sink's page. 404 where mail really leaves."""
    settings: Settings = request.app.state.settings
    if not settings.mail_page_url:
        raise HTTPException(404, "Mail really leaves this installation; there is no sink to look into.")
    return RedirectResponse(settings.mail_page_url)
