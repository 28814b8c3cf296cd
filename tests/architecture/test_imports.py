"""Who may import whom: the contracts of pyproject.toml, and the one rule that they cannot express."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("models", "activities", "workflows", "api")
HOSTS = {"__main__.py", "worker.py", "relay.py", "mailer.py"}
"""Modules of `workflows` that run in the worker process itself, outside of any workflow."""

OFFENCES = {
    "models/rules/offence.py": "from api import deps\nfrom models.tables import events\nimport sqlmodel\n",
    "activities/offence.py": "from models.queries import events\n",
    "workflows/offence.py": "import sqlmodel\n",
    "api/rest/offence.py": "import stripe\nfrom workflows import policies\n",
    "api/gateways/offence.py": "import fastapi\n",
}
"""One file each that breaks the contracts, to see that they would be reported."""


def lint_imports(folder: Path) -> str:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_every_import_keeps_the_contracts():
    report = lint_imports(ROOT)
    assert "0 broken" in report, report


def test_each_contract_reports_its_offence(tmp_path: Path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=lambda _, names: [n for n in names if n in ("node_modules", "dist")]
        )
    for path, source in OFFENCES.items():
        (tmp_path / path).write_text(source)
    report = lint_imports(tmp_path)
    assert "Contracts: 0 kept, 8 broken." in report, report


def workflow_modules() -> list[Path]:
    return [path for path in sorted((ROOT / "workflows").glob("*.py")) if path.name not in HOSTS]


def misused_activities(source: str) -> list[str]:
    """Activities that are called, awaited or reached into rather than only named.

    Such a call would run the effect inside the workflow, once for every replay. Naming is what `execute_activity` needs,
    directly or through a table of a subclass.
    """
    tree = ast.parse(source)
    imports = [
        node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("activities")
    ]
    names = {alias.asname or alias.name for node in imports for alias in node.names}
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    reached = [node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return [node.id for node in (*called, *reached) if isinstance(node, ast.Name) and node.id in names]


@pytest.mark.parametrize("path", workflow_modules(), ids=lambda path: path.name)
def test_workflows_only_name_activities(path: Path):
    assert misused_activities(path.read_text()) == []


@pytest.mark.parametrize("use", ["await send_invoice(subject)", "send_invoice(subject)", "send_invoice.__wrapped__"])
def test_a_called_activity_is_reported(use: str):
    source = f"from activities.invoices import send_invoice\n\n\nasync def run(subject):\n    {use}\n"
    assert misused_activities(source) == ["send_invoice"]


def test_a_named_activity_is_not_reported():
    source = "from activities.invoices import send_invoice\n\nasync def run(s):\n    await execute_activity(send_invoice, s)\n"
    assert misused_activities(source) == []
