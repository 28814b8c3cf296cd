"""The demo workspace: there is a whole one or none."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from sqlmodel import func, select

from api.up.run import bring_up_to_date
from models.db import Database
from models.settings import Settings
from models.tables.contacts import Contact
from models.tables.forms import Submission
from models.tables.proposals import Proposal
from models.tables.workspaces import Workspace
from models.types.scope import Scope

ROOT = Path(__file__).parents[3]
KILLED = 9
DIES_HALF_WAY = dedent(f"""
    import os
    from api.demo import story
    from api.up.run import bring_up_to_date
    from models.settings import get_settings

    story._tomas = lambda *_: os._exit({KILLED})
    bring_up_to_date(get_settings())
""")


def test_a_first_start_that_is_killed_half_way_begins_anew(tmp_path: Path):
    settings = Settings(env="test", home=tmp_path)
    assert _run(settings, DIES_HALF_WAY) == KILLED
    for _ in range(2):
        bring_up_to_date(settings)
        assert _rows(settings, Workspace, Contact, Submission, Proposal) == [1, 3, 3, 2]


def _run(settings: Settings, program: str) -> int:
    variables = {"THROUGHLINE_ENV": "test", "THROUGHLINE_HOME": str(settings.home), "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", program], env={**os.environ, **variables}, check=False).returncode


def _rows(settings: Settings, *tables: type) -> list[int]:
    database = Database(settings.database_url)
    with database.read(Scope(None)) as session:
        counted = [session.exec(select(func.count()).select_from(table)).one() for table in tables]
    database.engine.dispose()
    return counted
