"""The seal on a finished document: a PAdES signature of the installation, so that every later change shows.

It vouches that these bytes left this installation. Who agreed to what stands in the evidence: people's signatures here are
simple electronic signatures. Checking does not interpret the PDF at all, so no trick of its format can mislead it.
"""

import hashlib
import hmac
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from io import BytesIO

from asn1crypto import cms, keys, pem  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from api.gateways.pdf import render_pdf
from models.types.errors import Invalid

_POINTS_PER_MM = 72 / 25.4
_STAMP = (22.0, 5.0, 92.0, 12.0)
"""Left, bottom, width, height on the last page, in mm: the band the PDF layout leaves free."""
_FILLING = SimpleBoxLayoutRule(x_align=AxisAlignment.ALIGN_MIN, y_align=AxisAlignment.ALIGN_MIN, margins=Margins())
_VALID = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2070, 1, 1, tzinfo=UTC))
"""A self-made key that outlives its documents; what limits it is the installation it is kept in."""

_SEALED_AT = re.compile(rb"/M \(D(?:\\072|:)(\d{14})Z\)")
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")


@dataclass(frozen=True, slots=True)
class KeyMaterial:
    """An installation's sealing key; the private half is kept encrypted by the caller."""

    private_key_pem: str = field(repr=False)
    certificate_pem: str


@dataclass(frozen=True, slots=True)
class SealReport:
    """What a file says about itself when its seal is checked."""

    intact: bool
    """The sealed bytes are those that were sealed, each of them."""
    covers_whole_file: bool
    """Nothing stands in the file but what was sealed; False when something was added later."""
    trusted: bool
    """The seal was made with a key of this installation."""
    detail: str
    """A sentence for people."""
    sealed_at: datetime | None = None
    """As the sealing installation's clock said; UTC."""

    @property
    def is_genuine(self) -> bool:
        """Whether this is, byte for byte, a file that this installation sealed."""
        return self.intact and self.covers_whole_file and self.trusted


def new_key_material(name: str) -> KeyMaterial:
    """A fresh sealing key (ECDSA P-256) with a self-signed certificate in the studio's name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64] or "Seal")])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_VALID[0])
        .not_valid_after(_VALID[1])
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return KeyMaterial(private, certificate.public_bytes(serialization.Encoding.PEM).decode())


def seal_pdf(pdf: bytes, *, key_material: KeyMaterial, reason: str, signer_name: str, at: datetime) -> bytes:
    """The PDF with the seal and a small stamp on its last page; no change is allowed after it.

    Seal once, when everybody has signed.  Two seals of the same file differ: the signature is randomised.
    Raises Invalid when the bytes are no PDF that can be sealed, or are sealed already.
    """
    if _BYTE_RANGE.search(pdf):
        raise Invalid("This document is sealed already.")
    metadata = PdfSignatureMetadata(
        field_name="Seal",
        md_algorithm="sha256",
        reason=reason,
        name=signer_name,
        certify=True,
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    sealed = BytesIO()
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        box = tuple(round(edge * _POINTS_PER_MM) for edge in (_STAMP[0], _STAMP[1], _STAMP[0] + _STAMP[2], _STAMP[1] + _STAMP[3]))
        spec = SigFieldSpec("Seal", on_page=-1, box=(box[0], box[1], box[2], box[3]))
        with tempfile.NamedTemporaryFile(suffix=".pdf") as drawn:
            drawn.write(_stamp(signer_name, reason, at))
            drawn.flush()
            style = StaticStampStyle.from_pdf_file(drawn.name, border_width=0, background_layout=_FILLING)
            signer = _PunctualSigner(metadata, _signer(key_material), stamp_style=style, new_field_spec=spec)
            signer.at = at.astimezone(UTC)
            signer.sign_pdf(writer, output=sealed)
    except (PdfError, ValueError, IndexError) as error:
        raise Invalid(f"This file cannot be sealed: {error}") from error
    return sealed.getvalue()


def verify_pdf(pdf: bytes, certificate_pem: str) -> SealReport:
    """What the seal says about a file; never raises, whatever the bytes are.

    certificate_pem: the installation's certificate, several, newest first, when its key was replaced, or none yet.
    """
    found = pem.unarmor(certificate_pem.encode(), multiple=True) if "BEGIN CERTIFICATE" in certificate_pem else ()
    ours = [content for kind, _, content in found if kind == "CERTIFICATE"]
    best = SealReport(False, False, False, "This file carries no seal, or the seal itself was altered.")
    for start, resume, end in _ranges(pdf):
        report = _checked(pdf, (start, resume, end), ours)
        if report.is_genuine:
            return report
        if (report.intact, report.trusted) > (best.intact, best.trusted):
            best = report
    return best


class _PunctualSigner(PdfSigner):
    """Signs with the time it is told instead of the machine's."""

    at: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


def _signer(key_material: KeyMaterial) -> SimpleSigner:
    _, _, certificate = pem.unarmor(key_material.certificate_pem.encode())
    _, _, private = pem.unarmor(key_material.private_key_pem.encode())
    return SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )


def _stamp(signer_name: str, reason: str, at: datetime) -> bytes:
    moment = at.astimezone(UTC).strftime("%-d %B %Y, %H:%M:%S UTC")
    style = (
        f"@page {{ size: {_STAMP[2]}mm {_STAMP[3]}mm; margin: 0 }} body {{ margin: 0; font: 6.5pt/1.45 Inter, 'Inter Latin Ext',"
        " 'Inter Cyrillic', 'Inter Greek', 'DejaVu Sans', sans-serif; color: #4b5563 }"
        f" div {{ height: {_STAMP[3] - 0.6}mm; box-sizing: border-box; border: 0.3mm solid #c9cdd2; border-radius: 1.2mm;"
        " padding: 1.7mm 3mm 0 12mm; position: relative; overflow: hidden } b { color: #1d2127; font-weight: 600 }"
        " svg { position: absolute; left: 3mm; top: 2.4mm; width: 6.5mm; height: 6.5mm } p { margin: 0; white-space: nowrap }"
    )
    sign = (
        '<svg viewBox="0 0 24 24" fill="none" stroke="#4b5563" stroke-width="1.6"><circle cx="12" cy="12" r="10.5"/>'
        '<path d="M7 12.5l3.4 3.4L17 9" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
    words = f"<p><b>Sealed by {escape(signer_name)}</b></p><p>{escape(reason)} · {moment}</p>"
    return render_pdf(f"<style>{style}</style><div>{sign}{words}</div>", identifier="stamp")


def _ranges(pdf: bytes) -> Iterator[tuple[int, int, int]]:
    """Every (end of the first part, begin of the second, its end) that a seal in the file claims to cover, latest first."""
    for found in list(_BYTE_RANGE.finditer(pdf))[:-11:-1]:
        start, resume, length = (int(number) for number in found.groups())
        if start < found.end() and start < resume <= resume + length <= len(pdf):
            yield start, resume, resume + length


def _checked(pdf: bytes, covered: tuple[int, int, int], ours: list[bytes]) -> SealReport:
    start, resume, end = covered
    content = _container(pdf[start:resume])
    if content is None:
        return SealReport(False, False, False, "The seal itself was altered.")
    digest = hashlib.sha256(pdf[:start] + pdf[resume:end]).digest()
    try:
        certificate = _verified(content, digest)
    except (ValueError, TypeError, KeyError, IndexError, InvalidSignature):
        return SealReport(False, False, False, "The document was altered after it was sealed.")
    is_whole, is_ours = end == len(pdf), any(hmac.compare_digest(certificate, one) for one in ours)
    if not is_ours:
        detail = "The seal is whole, but it was not made by this installation."
    elif not is_whole:
        detail = "Something was added to the document after it was sealed."
    else:
        detail = "The document is exactly as it was sealed."
    return SealReport(True, is_whole, is_ours, detail, _sealed_at(pdf[resume : resume + 1000]))


def _container(gap: bytes) -> bytes | None:
    """The signature from the one place the seal cannot cover; None when that place holds anything else as well.

    Padding and spelling of the digits are fixed, so not one byte of the file can change unnoticed.
    """
    if not re.fullmatch(rb"<[0-9A-F]+>", gap) or len(gap) % 2:
        return None
    raw = bytes.fromhex(gap[1:-1].decode())
    if raw[:2] != b"\x30\x82":
        return None
    length = 4 + int.from_bytes(raw[2:4], "big")
    return None if length > len(raw) or any(raw[length:]) else raw[:length]


def _verified(content: bytes, digest: bytes) -> bytes:
    """The certificate a signature was made with, once all of it fits. Raises ValueError or InvalidSignature if not."""
    signed: cms.SignedData = cms.ContentInfo.load(content, strict=True)["content"]
    (info,) = signed["signer_infos"]
    (choice,) = signed["certificates"]
    certificate: asn1_x509.Certificate = choice.chosen
    attributes = {one["type"].native: one["values"] for one in info["signed_attrs"]}
    (stated,) = attributes["message_digest"].native
    if not hmac.compare_digest(stated, digest) or attributes["content_type"].native != ["data"]:
        raise ValueError("digest")
    named = attributes["signing_certificate_v2"][0]["certs"][0]["cert_hash"].native
    if named != hashlib.sha256(certificate.dump()).digest() or _rebuilt(info, certificate) != content:
        raise ValueError("certificate")
    public = serialization.load_der_public_key(certificate.public_key.dump())
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise ValueError("key")
    public.verify(info["signature"].native, info["signed_attrs"].untag().dump(), ec.ECDSA(hashes.SHA256()))
    return bytes(certificate.dump())


def _sealed_at(after: bytes) -> datetime | None:
    """The time in the signature's dictionary, which the signature covers; in this profile it stands nowhere else."""
    found = _SEALED_AT.search(after)
    return datetime.strptime(found.group(1).decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None


def _rebuilt(info: cms.SignerInfo, certificate: asn1_x509.Certificate) -> bytes:
    """The only encoding we accept of the same statement: parts that no signature covers cannot carry a change either."""
    sha256 = {"algorithm": "sha256"}
    sid = cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": sid}),
            "digest_algorithm": sha256,
            "signed_attrs": info["signed_attrs"],
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": info["signature"],
        }
    )
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [certificate],
            "signer_infos": [signer],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())
