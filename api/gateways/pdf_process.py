"""The process behind `pdf.py`: WeasyPrint, our fonts, and a fetcher that fetches nothing."""

import base64
import json
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from api.gateways.child import serve

_FONTS = Path(__file__).parents[1] / "web" / "fonts"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

# Inter comes in pieces by script. Only those a page needs are loaded: each costs some 40 ms.
_FACES = {
    "Inter": ("latin", None),
    "Inter Latin Ext": ("latin-ext", re.compile("[\u0100-\u024f\u1e00-\u1eff\u20a0-\u20ab\u20ad-\u20cf]")),
    "Inter Cyrillic": ("cyrillic", re.compile("[\u0400-\u04ff]")),
    "Inter Greek": ("greek", re.compile("[\u0370-\u03ff]")),
}


def prepare() -> Callable[[bytes], bytes]:
    """Loads WeasyPrint and the fonts and renders a first page, so that whatever is missing shows now."""
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    faces = _font_faces()
    _render({"html": "<p>.", "identifier": "", "attachments": []}, faces)
    return lambda request: _render(json.loads(request), faces)


def _render(request: dict[str, Any], faces: dict[str, str]) -> bytes:
    # Imported here and only here: half a second, and the system libraries it needs may be missing.
    weasyprint: Any = import_module("weasyprint")
    fetcher = import_module("weasyprint.urls").URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    # One set of fonts per page: a page may bring faces of its own, which the next one must not see.
    fonts = import_module("weasyprint.text.fonts").FontConfiguration()
    html = request["html"]
    wanted = "".join(face for name, face in faces.items() if (needs := _FACES[name][1]) is None or needs.search(html))
    sheet = weasyprint.CSS(string=wanted, font_config=fonts, url_fetcher=fetcher)
    attachments = [
        weasyprint.Attachment(
            file_obj=BytesIO(base64.b64decode(one["content"])),
            name=one["filename"],
            created=_EPOCH,
            modified=_EPOCH,
            relationship="Alternative",
        )
        for one in request["attachments"]
    ]
    options: dict[str, Any] = {"pdf_variant": "pdf/a-3b", "attachments": attachments} if attachments else {"pdf_tags": True}
    page = weasyprint.HTML(string=html, url_fetcher=fetcher, base_url=None)
    identifier = request["identifier"].encode()
    made = page.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_identifier=identifier, **options)
    return bytes(made)


def _font_faces() -> dict[str, str]:
    """The @font-face rule of every piece, unpacked once: unpacking takes longer than rendering."""
    ttlib: Any = import_module("fontTools.ttLib")
    faces = {}
    for name, (piece, _) in _FACES.items():
        font = ttlib.TTFont(_FONTS / f"inter-{piece}.woff2", recalcTimestamp=False)
        font.flavor = None
        plain = BytesIO()
        font.save(plain)
        packed = base64.b64encode(plain.getvalue()).decode()
        faces[name] = f'@font-face{{font-family:"{name}";font-weight:100 900;src:url(data:font/ttf;base64,{packed})}}'
    return faces


if __name__ == "__main__":
    serve(prepare)
