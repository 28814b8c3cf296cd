"""Every setting of every process, read once from `THROUGHLINE_…` variables.

Whatever is left empty is derived: addresses from the port and the profile, secrets from `secrets.json` in the home
folder. The embedded profile therefore needs no settings at all; the scale profile names its parts.
"""

import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = "127.0.0.1"
SECRETS = ("worker_token", "secret_key", "mail_inbound_secret", "stripe_webhook_secret")


@dataclass(frozen=True)
class Ports:
    """The ports of the embedded profile: the product's own, and the next five for its parts."""

    product: int
    temporal: int
    temporal_ui: int
    smtp: int
    mail_page: int
    provider: int


def derived_ports(product: int) -> Ports:
    """The ports that follow from the product's: Temporal +1, its UI +2, SMTP +3, mail page +4, payment provider +5."""
    return Ports(product, *range(product + 1, product + 6))


class Settings(BaseSettings):
    """Read with `get_settings()`; built by hand only in tests."""

    model_config = SettingsConfigDict(env_prefix="THROUGHLINE_", extra="ignore")

    env: Literal["production", "development", "test"] = "production"
    profile: Literal["embedded", "scale"] = "embedded"
    home: Path = Path("var")
    """Where databases, files, logs and secrets live; made absolute."""
    host: str = LOOPBACK
    """The address the product listens on."""
    port: int = Field(default=8000, ge=1, le=65530)
    public_url: str = ""
    """How browsers reach the product, without a slash at the end; links in mails begin with it."""
    api_url: str = ""
    """How the worker reaches the product."""
    database_url: str = ""
    temporal_address: str = ""
    temporal_namespace: str = "default"
    temporal_ui_url: str = ""
    temporal_api_key: str = Field(default="", repr=False)
    log_level: str = "INFO"
    egress_allow: list[str] = Field(default_factory=list)
    """CIDRs of the operator's own network that calendars and automations may reach all the same, as a JSON list."""

    worker_token: str = Field(default="", repr=False)
    """What the worker shows to the API."""
    secret_key: str = Field(default="", repr=False)
    """Signs cookies and encrypts stored provider keys; 32 random bytes, URL-safe base 64."""

    smtp_host: str = ""
    smtp_port: int = 0
    smtp_user: str = ""
    smtp_password: str = Field(default="", repr=False)
    smtp_starttls: bool = False
    mail_domain: str = "mail.localhost"
    """The right-hand side of Message-IDs and of reply addresses."""
    mail_inbound_secret: str = Field(default="", repr=False)
    """Signs what the mail receiver posts to the product."""
    mail_page_url: str = ""
    """The page of the mail sink; empty where mail really leaves."""

    stripe_api_key: str = Field(default="", repr=False)
    stripe_base_url: str = ""
    stripe_webhook_secret: str = Field(default="", repr=False)
    paypal_client_id: str = ""
    paypal_client_secret: str = Field(default="", repr=False)
    paypal_base_url: str = "https://api-m.paypal.com"
    paypal_webhook_id: str = ""
    square_access_token: str = Field(default="", repr=False)
    square_base_url: str = "https://connect.squareup.com"
    square_location_id: str = ""
    square_webhook_signature_key: str = Field(default="", repr=False)
    jitsi_base_url: str = "https://meet.jit.si"

    form_posts_per_minute: int = Field(default=60, ge=1)
    """How many answers to one public form are taken from one network address; repeats of one answer count once."""

    keeps_answers: bool = True
    """Whether the answer to a keyed write is kept for repeats. Off only in tests, which show by it that they would see a
    doubled row."""

    @model_validator(mode="after")
    def derive(self) -> Self:
        self.home = self.home.expanduser().absolute()
        self._fill(_addresses(self.port, self.home))
        if self.profile == "embedded":
            self._fill(_embedded_parts(self.port, with_sandbox=not self.stripe_api_key))
        self._fill({"stripe_base_url": "https://api.stripe.com", "smtp_host": LOOPBACK, "smtp_port": 25})
        self._fill(_kept_secrets(self.home))
        if not self.keeps_answers and self.env != "test":
            raise ValueError("THROUGHLINE_KEEPS_ANSWERS can only be off where THROUGHLINE_ENV is test")
        if self.env == "test":
            self._fill({name: f"test-{name}-0123456789abcdef0123456789abcdef" for name in SECRETS})
        return self

    def _fill(self, values: dict[str, str | int]) -> None:
        for name, value in values.items():
            if not getattr(self, name):
                setattr(self, name, value)

    @property
    def ports(self) -> Ports:
        return derived_ports(self.port)

    @property
    def files_dir(self) -> Path:
        """Where uploaded and rendered files are kept."""
        return self.home / "files"

    @property
    def missing_secrets(self) -> list[str]:
        """The names of the variables without which the product must not serve; empty when all is well."""
        return [f"THROUGHLINE_{name.upper()}" for name in ("worker_token", "secret_key") if not getattr(self, name)]


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once; tests call `get_settings.cache_clear()` after changing the environment."""
    return Settings()


def with_secrets(settings: Settings) -> Settings:
    """The settings read again, after the secrets that the home lacks were made."""
    ensure_secrets(settings.home)
    get_settings.cache_clear()
    return get_settings()


def ensure_secrets(home: Path) -> dict[str, str]:
    """The secrets kept in `secrets.json`, making those that are not there yet. Safe to repeat: nothing is ever replaced.

    The file is readable by its owner only.
    """
    home.mkdir(parents=True, exist_ok=True)
    path = home / "secrets.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    complete = {name: kept.get(name) or secrets.token_urlsafe(32) for name in SECRETS}
    if complete != kept:
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({**kept, **complete}, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    return complete


def _addresses(port: int, home: Path) -> dict[str, str | int]:
    ports = derived_ports(port)
    return {
        "public_url": f"http://localhost:{port}",
        "api_url": f"http://{LOOPBACK}:{port}",
        "database_url": f"sqlite:///{home}/throughline.db",
        "temporal_address": f"{LOOPBACK}:{ports.temporal}",
    }


def _embedded_parts(port: int, *, with_sandbox: bool) -> dict[str, str | int]:
    """Mail sink, Temporal's UI and, as long as no real Stripe key is set, the sandbox payment provider."""
    ports = derived_ports(port)
    parts: dict[str, str | int] = {
        "temporal_ui_url": f"http://localhost:{ports.temporal_ui}",
        "smtp_host": LOOPBACK,
        "smtp_port": ports.smtp,
        "mail_page_url": f"http://localhost:{ports.mail_page}",
    }
    if with_sandbox:
        parts |= {"stripe_api_key": "sk_test_sandbox", "stripe_base_url": f"http://{LOOPBACK}:{ports.provider}"}
    return parts


def _kept_secrets(home: Path) -> dict[str, str | int]:
    path = home / "secrets.json"
    if not path.exists():
        return {}
    return {name: value for name, value in json.loads(path.read_text()).items() if name in SECRETS}
