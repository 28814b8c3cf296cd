"""Blobs are written once and whole; files are served without powers."""

import hashlib
import io
import threading

import pytest

from api.gateways.storage import LocalFolder, serving_headers, sniff
from models.types.errors import Invalid, NotFound

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!DOCTYPE html><script>alert(1)</script>"


@pytest.fixture
def store(tmp_path):
    return LocalFolder(tmp_path / "files")


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("wrap", [bytes, io.BytesIO], ids=["bytes", "stream"])
def test_what_was_put_comes_back(store, wrap):
    content = b"contract " * 100_000
    stored = store.put(wrap(content), scope="wsp_1")
    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
    with store.open(stored.key) as blob:
        assert blob.read() == content


def test_equal_content_is_one_blob_in_a_scope_and_two_across_scopes(store, tmp_path):
    first, again, foreign = (store.put(b"same", scope=scope) for scope in ("wsp_1", "wsp_1", "wsp_2"))
    assert first == again
    assert len(files_below(tmp_path)) == 2
    store.delete(first.key)
    assert not store.exists(first.key)
    assert store.exists(foreign.key)
    store.delete(first.key)


def test_too_large_a_stream_leaves_nothing_behind(store, tmp_path):
    with pytest.raises(Invalid, match="larger than 1 MB"):
        store.put(io.BytesIO(b"x" * 1_000_001), scope="wsp_1", max_bytes=1_000_000)
    assert files_below(tmp_path) == []


def test_a_stream_that_breaks_leaves_nothing_behind(store, tmp_path):
    class Broken(io.BytesIO):
        def read(self, *_):
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.put(Broken(), scope="wsp_1")
    assert files_below(tmp_path) == []


def test_equal_puts_at_once_are_all_well(store, tmp_path):
    content, kept = b"y" * 300_000, []
    threads = [threading.Thread(target=lambda: kept.append(store.put(content, scope="wsp_1"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 8
    assert len(files_below(tmp_path)) == 1


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "wsp_1/../../x", "", "wsp_1/ab/" + "g" * 64, "incoming/x"])
def test_a_key_never_leaves_the_folder(store, key):
    for act in (store.open, store.delete, store.exists):
        with pytest.raises(NotFound):
            act(key)


@pytest.mark.parametrize(
    ("content", "filename", "media_type"),
    [
        (PNG, "logo.png", "image/png"),
        (PNG, "logo.html", "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 20, "photo.jpg", "image/jpeg"),
        (b"%PDF-1.7\n%\xe2\xe3", "offer.pdf", "application/pdf"),
        (SVG, "logo.svg", "image/svg+xml"),
        (SVG, "logo.png", "image/svg+xml"),
        (HTML, "logo.png", "text/html"),
        (b"\n\n   <SCRIPT>alert(1)</SCRIPT>", "notes.txt", "text/html"),
        (b"GIF89a/*<script>*/", "a.gif", "image/gif"),
        (b"name;amount\nAda;12,50\n", "list.csv", "text/plain"),
        ("Grüße".encode(), "no-ending", "text/plain"),
        (b"", "empty.pdf", "text/plain"),
        (b"\x00\x01\x02\x03" * 9, "fake.png", "application/octet-stream"),
        (b"\x00\x01\x02\x03" * 9, "fake.pdf", "application/octet-stream"),
        (
            b"PK\x03\x04" + b"\0" * 40,
            "brief.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_the_bytes_tell_the_type(content, filename, media_type):
    assert sniff(content, filename) == media_type


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/xml", "text/plain", "application/javascript"])
def test_what_could_run_is_a_download_without_a_type(media_type):
    headers = serving_headers(media_type, "x.html")
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "application/pdf"])
def test_pictures_and_pdf_are_shown_in_place_unless_a_download_is_asked(media_type):
    assert serving_headers(media_type, "a")["Content-Disposition"].startswith("inline;")
    assert serving_headers(media_type, "a")["Content-Type"] == media_type
    assert serving_headers(media_type, "a", download=True)["Content-Disposition"].startswith("attachment;")


def test_a_file_name_cannot_add_a_header():
    value = serving_headers("image/png", 'Ünï "x"\r\nSet-Cookie: a=b; ../é.png')["Content-Disposition"]
    assert "\r" not in value
    assert "\n" not in value
    assert value.count('"') == 2
    assert value.endswith("filename*=UTF-8''%C3%9Cn%C3%AF%20%22x%22__Set-Cookie%3A%20a%3Db%3B%20.._%C3%A9.png")
