"""The scale profile is never started here, so what it says is held against what the code knows."""

import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli import parser
from models.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("api", "worker", "migrate")
SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PWD")
EXAMPLE = {
    "DOMAIN": "studio.example",
    "POSTGRES_PASSWORD": "abc123",
    "THROUGHLINE_SECRET_KEY": "s" * 43,
    "THROUGHLINE_WORKER_TOKEN": "w" * 43,
    "THROUGHLINE_SMTP_HOST": "smtp.studio.example",
}


def substituted(text: str) -> str:
    """Compose's variables filled in from the example, as `docker compose` would; innermost first."""
    pattern = re.compile(r"\$\{(\w+)(?::([-?])([^${}]*))?\}")
    while match := pattern.search(text):
        name, sign, default = match.groups()
        assert name in EXAMPLE or sign == "-", f"{name} has neither an example nor a default"
        text = text[: match.start()] + EXAMPLE.get(name, default or "") + text[match.end() :]
    return text


def settings_of(service: str) -> Settings:
    environment = {name: substituted(str(value)) for name, value in SERVICES[service]["environment"].items()}
    return Settings.model_validate({name.removeprefix("THROUGHLINE_").lower(): value for name, value in environment.items()})


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_a_setting(service: str):
    named = {name.removeprefix("THROUGHLINE_").lower() for name in SERVICES[service]["environment"]}
    assert named <= set(Settings.model_fields)


@pytest.mark.parametrize("service", ["api", "migrate"])
def test_the_api_has_what_it_needs(service: str):
    settings = settings_of(service)
    assert settings.missing_secrets == []
    assert settings.profile == "scale"
    assert settings.database_url.startswith("postgresql+psycopg://")
    assert (settings.host, settings.port) == ("0.0.0.0", 8000)  # noqa: S104 - inside its container
    assert settings.public_url == "https://studio.example"


def test_the_worker_holds_no_secret_but_its_token():
    held = {name for name in SERVICES["worker"]["environment"] if SECRET.search(name)}
    assert held == {"THROUGHLINE_WORKER_TOKEN"}
    assert urlsplit(settings_of("worker").api_url).hostname in SERVICES


@pytest.mark.parametrize("service", OURS)
def test_every_command_is_a_module_of_ours(service: str):
    command = SERVICES[service]["command"]
    assert command[:2] == ["python", "-m"]
    module = command[2]
    spec = find_spec(module)
    assert spec
    assert not spec.submodule_search_locations or find_spec(f"{module}.__main__")
    if module == "api.cli":
        parser().parse_args(command[3:])


def test_there_are_two_of_each_process_that_scales():
    assert {name for name, service in SERVICES.items() if service.get("deploy") == {"replicas": 2}} == {"api", "worker"}


def test_whatever_is_waited_for_can_be_seen_to_be_ready():
    for service in SERVICES.values():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in SERVICES
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[needed]
            else:
                assert SERVICES[needed]["restart"] == "on-failure"


def test_no_secret_stands_in_the_file():
    for service in SERVICES.values():
        for name, value in (service.get("environment") or {}).items():
            assert not SECRET.search(name) or str(value).startswith("${"), name


def test_caddy_asks_a_route_that_exists_and_keeps_it_from_outside(settings, database):
    caddyfile = COMPOSE["configs"]["caddyfile"]["content"]
    asked = urlsplit(caddyfile.partition("ask ")[2].split()[0])
    with TestClient(create_app(settings, database)) as client:
        assert client.get(asked.path, params={"domain": "testserver"}).status_code == 200
    assert f"{asked.hostname} {asked.port}" in caddyfile
    assert "@private path /domains/*" in caddyfile


def test_only_caddy_listens_to_the_world():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"caddy", "temporal-ui"}
    assert all(port.startswith("127.0.0.1:") for port in published["temporal-ui"])


def test_volumes_and_configs_are_declared():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"]
        for config in service.get("configs", []):
            assert config["source"] in COMPOSE["configs"]


def test_the_image_holds_what_is_needed_and_no_more():
    recipe = (ROOT / "Dockerfile").read_text()
    for package in ("models", "api", "activities", "workflows"):
        assert f"COPY {package} {package}" in recipe
    assert "COPY tests" not in recipe
    assert "USER studio" in recipe
    assert "libpango-1.0-0" in recipe
