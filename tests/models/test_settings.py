import os
import stat
from pathlib import Path

import pytest

from models.settings import Settings, derived_ports, ensure_secrets


@pytest.fixture(autouse=True)
def _no_ambient_settings(monkeypatch):
    for name in [name for name in os.environ if name.startswith("THROUGHLINE_")]:
        monkeypatch.delenv(name)


def test_the_embedded_profile_needs_no_settings(tmp_path: Path):
    settings = Settings(home=tmp_path, port=9100)
    assert settings.database_url == f"sqlite:///{tmp_path}/throughline.db"
    assert settings.temporal_address == "127.0.0.1:9101"
    assert (settings.smtp_host, settings.smtp_port) == ("127.0.0.1", 9103)
    assert settings.stripe_base_url == "http://127.0.0.1:9105"
    assert settings.public_url == "http://localhost:9100"


def test_a_real_stripe_key_leads_to_the_real_stripe(tmp_path: Path):
    settings = Settings(home=tmp_path, stripe_api_key="sk_live_1")
    assert settings.stripe_base_url == "https://api.stripe.com"


def test_the_scale_profile_invents_neither_sandbox_nor_sink(tmp_path: Path):
    settings = Settings(home=tmp_path, profile="scale", smtp_host="smtp.example.com", smtp_port=587)
    assert settings.stripe_api_key == ""
    assert settings.mail_page_url == ""
    assert settings.smtp_port == 587


def test_secrets_are_made_once_kept_and_private(tmp_path: Path):
    first = ensure_secrets(tmp_path)
    assert ensure_secrets(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert len(set(first.values())) == len(first)
    settings = Settings(home=tmp_path)
    assert settings.worker_token == first["worker_token"]
    assert settings.missing_secrets == []


def test_a_variable_beats_the_kept_secret(tmp_path: Path, monkeypatch):
    ensure_secrets(tmp_path)
    monkeypatch.setenv("THROUGHLINE_WORKER_TOKEN", "mine")
    assert Settings(home=tmp_path).worker_token == "mine"


def test_without_secrets_the_missing_ones_are_named(tmp_path: Path):
    settings = Settings(home=tmp_path, profile="scale")
    assert settings.missing_secrets == ["THROUGHLINE_WORKER_TOKEN", "THROUGHLINE_SECRET_KEY"]


def test_no_secret_is_shown_in_a_representation(tmp_path: Path):
    secrets = ensure_secrets(tmp_path)
    shown = repr(Settings(home=tmp_path))
    assert not [name for name, value in secrets.items() if value in shown]


def test_ports_follow_the_products():
    ports = derived_ports(8000)
    assert (ports.temporal, ports.temporal_ui, ports.smtp, ports.mail_page, ports.provider) == (8001, 8002, 8003, 8004, 8005)
