"""Signing a proposal on its public page, as the client's browser does without scripts."""

import re
from html import unescape
from typing import Any


def sign(browser: Any, link: str, *, name: str) -> None:
    """Open the link, agree and sign with a typed name. Raises RuntimeError when the page refuses."""
    page = browser.get(link).text
    hidden = re.findall(r'<input type="hidden" name="(\w+)"[^>]* value="([^"]*)"', page)
    chosen = re.findall(r'<input[^>]*name="option"[^>]* value="(\w+)"[^>]* checked', page)
    fields = {key: unescape(value) for key, value in hidden if key != "option"}
    answer = browser.post(
        f"{link}/acceptance",
        data={**fields, "option": chosen, "signer_name": name, "signature_kind": "typed", "consent": "yes"},
    )
    if answer.status_code >= 400:
        raise RuntimeError(f"The demo cannot be signed: {answer.text[:500]}")
