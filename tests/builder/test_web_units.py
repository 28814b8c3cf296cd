"""The builder's own unit tests, run by the Node that builds it."""

import subprocess

import pytest

from api.web.assets import BUILDER, npm_command


def test_the_builders_units_hold():
    command, environment = npm_command()
    if not (BUILDER / "node_modules" / "vitest").is_dir():
        pytest.fail("The builder's packages are not installed. Run `make assets`.")
    done = subprocess.run(
        [*command, "test"], cwd=BUILDER, env={**environment, "NO_COLOR": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
