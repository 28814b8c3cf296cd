"""The tree: what may stand at the top, what must stay empty, small or private."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP = {"models", "api", "activities", "workflows", "tests", "pyproject.toml", "README.md", "Makefile", "Dockerfile"}
TOP |= {"docker-compose.yml", "requirements.lock", "LICENSE"}
EMPTY = ["models", "models/types", "models/rules", "workflows", "activities"]
VAGUE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "managers",
    "processor",
    "handler",
    "handlers",
    "data",
    "info",
    "misc",
    "common",
}
MOST_LINES = {"models": 300, "activities": 300, "workflows": 300, "api": 300, "tests": 600}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(line) for line in listed.splitlines() if (ROOT / line).exists()]


def python_files() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and "versions" not in path.parts]


def test_the_top_level_is_what_was_agreed():
    found = {path.parts[0] for path in tracked() if not path.parts[0].startswith(".")}
    assert found <= TOP, f"not at the top: {sorted(found - TOP)}"


@pytest.mark.parametrize("package", EMPTY)
def test_packages_that_the_sandbox_loads_have_an_empty_init(package: str):
    """One convenience import there makes every workflow start a hundred times slower."""
    assert (ROOT / package / "__init__.py").read_text() == ""


def test_no_file_grows_beyond_its_ceiling():
    long = {str(path): count for path in python_files() if (count := lines(path)) > MOST_LINES[path.parts[0]]}
    assert long == {}, "split by noun or verb into a folder of the same name"


def test_no_template_grows_beyond_two_screens():
    long = {str(path): count for path in tracked() if path.suffix == ".html" and (count := lines(path)) > 200}
    assert long == {}


def test_every_file_is_named_by_a_noun():
    vague = [str(path) for path in python_files() if path.stem in VAGUE]
    assert vague == []


def test_only_one_file_commits():
    """One request, one transaction, committed at the edge. The stand-ins keep a database of their own."""
    committing = [str(path) for path in python_files() if path.parts[0] in ("models", "api", "activities", "workflows")]
    committing = [path for path in committing if re.search(r"\.commit\(", (ROOT / path).read_text())]
    assert [path for path in committing if not path.startswith("api/sandbox/")] == ["models/db.py"]


def test_no_lock_names_a_registry():
    python = (ROOT / "requirements.lock").read_text()
    node = (ROOT / "api/web/builder/package-lock.json").read_text()
    assert "://" not in python
    assert '"resolved"' not in node


def lines(path: Path) -> int:
    return len((ROOT / path).read_text().splitlines())
