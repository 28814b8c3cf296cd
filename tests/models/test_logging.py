import json
import logging

import pytest

from models import logging as logs


@pytest.fixture(autouse=True)
def _restored_logging():
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    yield
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)
    logs.clear()


def test_each_line_names_workspace_and_workflow(capsys):
    logs.configure()
    logs.bind(workspace_id="wsp_1", workflow_id="engagement/eng_1")
    logs.get_logger("studio").info("invoice_issued", number="2026-0001")
    line = json.loads(capsys.readouterr().err)
    assert (line["workspace_id"], line["workflow_id"]) == ("wsp_1", "engagement/eng_1")
    assert (line["event"], line["number"], line["logger"]) == ("invoice_issued", "2026-0001", "studio")


def test_a_library_that_knows_only_the_standard_loggers_speaks_json_too(capsys):
    logs.configure()
    logs.bind(workspace_id="wsp_1")
    logging.getLogger("library").warning("odd %s", "thing")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["workspace_id"]) == ("odd thing", "warning", "wsp_1")


def test_nothing_of_one_request_is_left_for_the_next(capsys):
    logs.configure()
    logs.bind(workspace_id="wsp_1")
    logs.clear()
    logs.get_logger("studio").info("quiet")
    assert "workspace_id" not in json.loads(capsys.readouterr().err)
