"""The process behind `pdf.py`: reads a page, writes a PDF, until its input ends.

A frame is eight bytes of length and the content; an answer begins with `+` (the file) or `-` (why not).
"""

import base64
import json
import logging
import os
import re
import resource
import signal
import struct
import sys
from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import IO, Any

_FONTS = Path(__file__).parents[1] / "web" / "fonts"
_MAX_MEMORY_BYTES = 3 * 1024**3
"""Of address space; libraries and fonts take the first of it without using it."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

# Inter comes in pieces by script. Only those a page needs are loaded: each costs some 40 ms.
_FACES = {
    "Inter": ("latin", None),
    "Inter Latin Ext": ("latin-ext", re.compile("[\u0100-\u024f\u1e00-\u1eff\u20a0-\u20ab\u20ad-\u20cf]")),
    "Inter Cyrillic": ("cyrillic", re.compile("[\u0400-\u04ff]")),
    "Inter Greek": ("greek", re.compile("[\u0370-\u03ff]")),
}


def main() -> None:
    """Answers until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not end up in a frame
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        faces = _font_faces()
        _render({"html": "<p>.", "identifier": "", "attachments": []}, faces)
    except Exception as error:
        _write(answers, b"-" + _sentence(error))
        return
    _write(answers, b"+ready")
    while (request := _read(sys.stdin.buffer)) is not None:
        try:
            answer = b"+" + _render(json.loads(request), faces)
        except Exception as error:
            answer = b"-" + _sentence(error)
        _write(answers, answer)


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


def _sentence(error: Exception) -> bytes:
    return (str(error).strip().split("\n")[0][:300] or type(error).__name__).encode()


def _read(pipe: IO[bytes]) -> bytes | None:
    head = pipe.read(8)
    return pipe.read(struct.unpack(">Q", head)[0]) if len(head) == 8 else None


def _write(pipe: IO[bytes], content: bytes) -> None:
    pipe.write(struct.pack(">Q", len(content)) + content)
    pipe.flush()


if __name__ == "__main__":
    main()
