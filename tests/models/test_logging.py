import logging

import pytest
import structlog

from models import logging as logs


@pytest.fixture(autouse=True)
def _nothing_bound():
    yield
    structlog.contextvars.clear_contextvars()


def test_each_line_names_workspace_and_workflow(log_lines):
    log_lines()
    logs.bind(workspace_id="wsp_1", workflow_id="engagement/eng_1")
    logs.get_logger("studio").info("invoice_issued", number="2026-0001")
    [line] = log_lines()
    assert (line["workspace_id"], line["workflow_id"]) == ("wsp_1", "engagement/eng_1")
    assert (line["event"], line["number"], line["logger"]) == ("invoice_issued", "2026-0001", "studio")


def test_a_library_that_knows_only_the_standard_loggers_speaks_json_too(log_lines):
    log_lines()
    logs.bind(workspace_id="wsp_1")
    logging.getLogger("library").warning("odd %s", "thing")
    [line] = log_lines()
    assert (line["event"], line["level"], line["workspace_id"]) == ("odd thing", "warning", "wsp_1")


def test_what_a_library_says_besides_its_words_stays(log_lines):
    log_lines()
    facts = {"workflow_id": "engagement/eng_1", "run_id": "1", "attempt": 1}
    logging.getLogger("temporalio.workflow").warning("runs already", extra={"temporal_workflow": facts, "noun": "booking"})
    [line] = log_lines()
    assert (line["event"], line["workflow_id"], line["noun"]) == ("runs already", "engagement/eng_1", "booking")
    assert "temporal_workflow" not in line
