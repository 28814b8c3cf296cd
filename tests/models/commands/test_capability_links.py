"""Links to a document, each for one recipient and one right."""

from functools import partial

import pytest

from models import clock
from models.commands.capability_links import find_link_token, link_token, open_link, revoke_links
from models.types.errors import NotFound

SECRET = "links-0123456789abcdef"
PROPOSAL = {"kind": "proposal", "subject_id": "pro_1"}


@pytest.fixture
def link(session, studio):
    return partial(link_token, session, SECRET, **PROPOSAL, contact_id=studio.contact_id)


@pytest.mark.parametrize("roles", [("viewer", "signer"), ("signer", "viewer")])
def test_each_role_has_a_link_of_its_own_whichever_was_first(session, link, roles):
    tokens = {role: link(role=role) for role in roles}
    for role in roles:
        assert link(role=role) == tokens[role]
        assert open_link(session, tokens[role], kind="proposal", now=clock.now()).role == role


def test_a_page_shows_the_link_to_sign_before_that_to_read(session, studio, link):
    find = partial(find_link_token, session, SECRET, **PROPOSAL, contact_id=studio.contact_id)
    assert find() is None
    to_read = link(role="viewer")
    assert (find(), find(role="signer")) == (to_read, None)
    to_sign = link(role="signer")
    assert (find(), find(role="viewer")) == (to_sign, to_read)


def test_revoking_ends_every_link_and_the_next_one_is_new(session, link):
    old = [link(role="signer"), link(role="viewer")]
    revoke_links(session, "pro_1", now=clock.now())
    for token in old:
        with pytest.raises(NotFound, match="not valid"):
            open_link(session, token, kind="proposal", now=clock.now())
    assert link(role="signer") not in old
