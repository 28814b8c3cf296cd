from dataclasses import replace

import pytest

from models.rules.signatures import MAX_DRAWING, check_signing, consent_text, is_drawing
from models.types.errors import Invalid
from models.types.proposals import Signing

PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="
TYPED = Signing("con_1", "Ada Byron", "ada@byron-mills.example", "typed", "Ada Byron", consent_text("Atelier Nord"), True)
DRAWN = replace(TYPED, kind="drawn", image=PNG)


@pytest.mark.parametrize("signing", [TYPED, DRAWN])
def test_a_name_a_mark_and_consent_make_a_signature(signing):
    check_signing(signing)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"has_consented": False}, "consent"),
        ({"name": "  "}, "signer_name"),
        ({"name": "x" * 201}, "signer_name"),
        ({"kind": "stamped"}, "signature_kind"),
        ({"image": ""}, "drawing"),
        ({"image": "javascript:alert(1)"}, "drawing"),
        ({"image": PNG + '" onload="alert(1)'}, "drawing"),
        ({"image": "data:image/svg+xml;base64,iVBORw0KGgo"}, "drawing"),
    ],
)
def test_what_is_missing_is_said_at_its_field(change, field):
    with pytest.raises(Invalid) as refused:
        check_signing(replace(DRAWN, **change))
    assert refused.value.field == field


def test_a_drawing_has_a_size():
    assert is_drawing(PNG)
    assert not is_drawing(PNG[:-2] + "A" * MAX_DRAWING)
