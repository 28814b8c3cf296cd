"""A sealed document shows every later change: one byte, one appended update, one foreign key."""

import io
import random
from datetime import UTC, datetime

import pypdf
import pytest
from asn1crypto import pem, x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils.generic import TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from api.gateways import seal
from api.gateways.pdf import render_pdf
from api.gateways.seal import new_key_material, seal_pdf, verify_pdf
from models.types.errors import Invalid

AT = datetime(2026, 11, 22, 9, 14, 7, tzinfo=UTC)
PAGE = "<style>.next { break-before: page }</style><h1>Contract</h1><p>Ada and Birch agree.</p><p class=next>Second page</p>"


@pytest.fixture(scope="module")
def key():
    return new_key_material("Birch & Stone")


@pytest.fixture(scope="module")
def sealed(key):
    plain = render_pdf(PAGE, identifier="ctr_1")
    return seal_pdf(plain, key_material=key, reason="Agreed by all parties", signer_name="Birch – Łódź", at=AT)


def test_an_untouched_file_is_genuine(sealed, key):
    report = verify_pdf(sealed, key.certificate_pem)
    assert report.is_genuine
    assert (report.intact, report.covers_whole_file, report.trusted, report.sealed_at) == (True, True, True, AT)
    assert "exactly as it was sealed" in report.detail


def test_the_stamp_stands_on_the_last_page_in_every_script(sealed):
    [annotation] = pypdf.PdfReader(io.BytesIO(sealed)).pages[-1].annotations or []
    stamp = annotation.get_object()
    left, bottom, right, top = (float(edge) / 72 * 25.4 for edge in stamp["/Rect"])
    assert (round(left), round(bottom), round(right), round(top)) == (22, 5, 114, 17)
    assert "/AP" in stamp
    assert "/Annots" not in pypdf.PdfReader(io.BytesIO(sealed)).pages[0]


def test_every_flipped_byte_is_seen(sealed, key):
    """A thousand bytes all over the file, and every byte of the place that the signature itself stands in."""
    [(start, resume, _)] = list(seal._ranges(sealed))
    rng = random.Random(5)
    places = [rng.randrange(len(sealed)) for _ in range(1_000)] + list(range(start, resume))
    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= 1 << rng.randrange(8)
        report = verify_pdf(bytes(changed), key.certificate_pem)
        assert not report.intact, place
        assert not report.is_genuine


def test_digits_in_another_spelling_are_seen(sealed, key):
    """The same signature in small letters is another file; a lenient reader would take it."""
    [(start, resume, _)] = list(seal._ranges(sealed))
    changed = sealed[:start] + sealed[start:resume].lower() + sealed[resume:]
    assert not verify_pdf(changed, key.certificate_pem).intact


@pytest.mark.parametrize("tail", [b"\n", b"%% hello\n%%EOF\n"])
def test_appended_bytes_are_seen(sealed, key, tail):
    report = verify_pdf(sealed + tail, key.certificate_pem)
    assert (report.is_genuine, report.covers_whole_file) == (False, False)
    assert "Something was added" in report.detail


def test_an_incremental_update_is_seen(sealed, key):
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    writer.root["/Lang"] = TextStringObject("xx")
    writer.update_root()
    changed = io.BytesIO()
    writer.write(changed)
    report = verify_pdf(changed.getvalue(), key.certificate_pem)
    assert changed.getvalue().startswith(sealed)
    assert (report.is_genuine, report.covers_whole_file, report.intact) == (False, False, True)


@pytest.mark.parametrize("cut", [1, 100, 5_000])
def test_missing_bytes_are_seen(sealed, key, cut):
    for shorter in (sealed[:-cut], sealed[cut:]):
        assert not verify_pdf(shorter, key.certificate_pem).is_genuine


def test_a_seal_moved_to_another_document_is_seen(sealed, key):
    other = render_pdf("<h1>Another contract</h1>", identifier="ctr_2")
    [(start, _, _)] = list(seal._ranges(sealed))
    forged = other + sealed[start:]
    assert not verify_pdf(forged, key.certificate_pem).is_genuine
    claimed = other + sealed[start:].replace(b"/ByteRange [0 ", b"/ByteRange [0 1", 1)
    assert not verify_pdf(claimed, key.certificate_pem).is_genuine


def test_a_foreign_key_is_whole_but_not_ours(sealed, key):
    foreign = new_key_material("Birch & Stone")
    report = verify_pdf(sealed, foreign.certificate_pem)
    assert (report.intact, report.covers_whole_file, report.trusted) == (True, True, False)
    assert verify_pdf(sealed, foreign.certificate_pem + key.certificate_pem).is_genuine


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"%PDF-1.7",
        b"/ByteRange [0 0 0 0]",
        b"/ByteRange [0 1 9999999999 1]",
        b"x" * 30 + b"/ByteRange [0 5 10 20]" * 40,
        b"<3082>" * 5_000,
    ],
)
def test_junk_carries_no_seal(junk, key):
    assert not verify_pdf(junk, key.certificate_pem).intact


def test_a_document_is_sealed_once(sealed, key):
    for content in (sealed, b"no pdf", b""):
        with pytest.raises(Invalid):
            seal_pdf(content, key_material=key, reason="x", signer_name="y", at=AT)


def test_another_reader_agrees(sealed, key):
    """PyHanko's own validation: a PAdES certification that allows no change."""
    _, _, certificate = pem.unarmor(key.certificate_pem.encode())
    trusted = ValidationContext(trust_roots=[x509.Certificate.load(certificate)], allow_fetching=False)
    [signature] = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    status = validate_pdf_signature(signature, trusted)
    assert status.bottom_line
    assert signature.docmdp_level is MDPPerm.NO_CHANGES
    assert signature.sig_object["/Reason"] == "Agreed by all parties"


def test_the_private_half_is_never_printed(key):
    assert "PRIVATE" not in repr(key)
