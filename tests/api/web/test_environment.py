"""The design system without a browser: what the macros promise in markup."""

import json

import pytest

from api.web import assets
from api.web.environment import brand_style, environment
from api.web.navigation import RAIL
from api.web.statuses import known_statuses, status_look


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A build of our own, so that the test does not need Node."""
    manifest = {
        "src/app.ts": {"file": "assets/app-1.js", "imports": ["_shared.js"], "css": ["assets/app-1.css"]},
        "_shared.js": {"file": "assets/shared-2.js", "css": ["assets/shared-2.css"]},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "icons.json").write_text(json.dumps({"check": [["path", {"d": "M20 6 9 17l-5-5"}]]}))
    monkeypatch.setattr(assets, "DIST", tmp_path)


def render(source, **context):
    return environment().from_string(source).render(**context)


def test_an_entry_loads_its_styles_and_what_it_imports(built):
    tags = str(assets.vite("src/app.ts"))
    assert '<link rel="stylesheet" href="/static/dist/assets/shared-2.css">' in tags
    assert '<link rel="modulepreload" href="/static/dist/assets/shared-2.js">' in tags
    assert tags.endswith('<script type="module" src="/static/dist/assets/app-1.js"></script>')


def test_without_a_build_the_page_is_served_plain(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "DIST", tmp_path)
    assert assets.vite("src/app.ts") == ""
    assert assets.icon("check") == ""


def test_an_icon_is_drawn_in_place_and_a_wrong_name_is_an_error(built):
    assert '<path d="M20 6 9 17l-5-5"/>' in assets.icon("check")
    with pytest.raises(KeyError):
        assets.icon("chekc")


def test_every_status_has_sign_and_word():
    for status in known_statuses():
        look = status_look(status)
        assert look.icon
        assert look.words
    assert status_look("partly_paid").words == "Partly paid"
    assert status_look("something_new").tone == "neutral"


def test_every_icon_the_product_names_exists():
    drawings = json.loads((assets.BUILDER / "node_modules/lucide-static/icon-nodes.json").read_text())
    named = {status_look(status).icon for status in known_statuses()} | {place.icon for _, places in RAIL for place in places}
    assert named <= set(drawings)


def test_a_brand_cannot_break_out_of_its_attribute():
    assert '"' not in brand_style('"><script>alert(1)</script>')


def test_what_was_typed_stays_after_an_error_and_is_escaped():
    html = render('{{ ui.input("email", "E-mail", "<b>", error="No @.", hint="Work.", required=true) }}')
    assert 'value="&lt;b&gt;"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="email-hint email-error"' in html


def test_a_password_is_never_sent_back():
    assert "secret" not in render('{{ ui.input("password", "Password", "secret", type="password") }}')


def test_the_thread_says_where_it_stands():
    steps = [
        {"key": "form", "label": "Form", "state": "done", "date": "Mon", "href": "/f"},
        {"key": "proposal", "label": "Proposal", "state": "current"},
        {"key": "signature", "label": "Signature", "state": "coming"},
    ]
    html = render("{{ ui.thread(steps, wait) }}", steps=steps, wait={"what": "Waiting for Ada", "on": "client"})
    assert html.count('aria-current="step"') == 2  # the wide picture and the phone's list; one of them is displayed
    assert "Waiting for Ada" in html
    assert 'href="/f"' in html


def test_a_destructive_act_asks_first():
    html = render('{{ ui.post_button("Void", "/invoices/1/void", confirm="Void it? The client is told.") }}')
    assert 'data-confirm="Void it? The client is told."' in html
    assert 'method="post"' in html
