"""HTML to PDF, in a process of its own: a heavy page never holds up the others, a hung one is killed, a hostile one sees nothing.

The same HTML and identifier give the same bytes, today and next year, as long as WeasyPrint and the fonts stay the same.
"""

import base64
import json
from collections.abc import Sequence

from api.gateways.child import Child, ChildFailed, ChildTookTooLong
from models.types.errors import Invalid, Refused, Unavailable
from models.types.mail import Attachment

_MAX_HTML = 8_000_000

# Fixed seed and epoch: font subsets carry both into the file.
_CHILD = Child("api.gateways.pdf_process", {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"})

LIBRARIES_MISSING = (
    "PDF files cannot be made: a system library is missing. On Debian or Ubuntu run "
    "`apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core`, then start again."
)


class PdfUnavailable(Unavailable):
    """The PDF process cannot start, or cannot make this page into a PDF."""


class PdfRefused(Refused):
    """The page takes too long or too much memory to become a PDF."""


def render_pdf(html: str, *, identifier: str, attachments: Sequence[Attachment] = (), timeout_seconds: float = 30) -> bytes:
    """The page as PDF; the same bytes for the same input.

    html: complete; pictures and fonts only as `data:` addresses, anything else is left out and never fetched.
    identifier: goes into the file, such as the id and version of the document.  attachments: travel inside, as
    files that belong to the page (electronic invoices); the file is then a PDF/A-3b.
    Waits its turn: one page is rendered at a time.  Raises Invalid for too large a page, PdfRefused when it takes too
    long, PdfUnavailable when the system's libraries are missing (the message names them).
    """
    if len(html) > _MAX_HTML:
        raise Invalid("The document is too large to become a PDF.")
    request = {
        "html": html,
        "identifier": identifier,
        "attachments": [
            {"filename": one.filename, "media_type": one.media_type, "content": base64.b64encode(one.content).decode()}
            for one in attachments
        ],
    }
    try:
        return _CHILD.ask(json.dumps(request).encode(), timeout_seconds)
    except ChildTookTooLong as error:
        raise PdfRefused(f"The document took longer than {timeout_seconds:g} seconds to become a PDF.") from error
    except ChildFailed as error:
        raise _unavailable(error) from error


def warm_pdf() -> None:
    """Starts the process ahead of the first page, which is then a second or two faster. Raises PdfUnavailable."""
    try:
        _CHILD.warm()
    except ChildFailed as error:
        raise _unavailable(error) from error


def _unavailable(error: ChildFailed) -> PdfUnavailable:
    is_library = "cannot load library" in str(error)
    return PdfUnavailable(LIBRARIES_MISSING if is_library else f"The PDF cannot be made: {error}.")
