"""The children's command lines, and a real Temporal dev server under them."""

from pathlib import Path

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

from api.up.children import plans, temporal_answers, temporal_command
from api.up.supervisor import Supervisor
from models.settings import Settings
from tests.ports import free_block
from workflows.connection import connect
from workflows.namespace import RETENTION, prepare
from workflows.search_attributes import KEYS


def test_everything_listens_on_loopback_and_derived_ports(tmp_path: Path):
    commands = {plan.name: " ".join(plan.command) for plan in plans(Settings(home=tmp_path, port=9100))}
    assert "--ip 127.0.0.1 --port 9101 --ui-port 9102" in commands["temporal"]
    assert "--smtp-port 9103 --port 9104" in commands["mail"]
    assert "--port 9105" in commands["provider"]
    assert "--webhook-url http://127.0.0.1:9100/webhooks/stripe" in commands["provider"]


def test_temporal_is_told_what_was_measured(tmp_path: Path):
    command = temporal_command(Settings(home=tmp_path))
    assert 'history.timerProcessorMaxTimeShift="10ms"' in command
    assert "history.transferProcessorMaxPollRPS=2000" in command
    assert str(tmp_path / "temporal.db") in command


def test_a_secret_that_begins_with_a_hyphen_is_no_flag(tmp_path: Path):
    settings = Settings(home=tmp_path, mail_inbound_secret="-0", stripe_webhook_secret="-1")
    commands = {plan.name: plan.command for plan in plans(settings)}
    assert "--inbound-secret=-0" in commands["mail"]
    assert "--webhook-secret=-1" in commands["provider"]


async def test_temporal_starts_and_its_namespace_remembers_for_years(tmp_path: Path):
    settings = Settings(home=tmp_path, port=free_block())
    temporal = next(plan for plan in plans(settings) if plan.name == "temporal")
    supervisor = Supervisor([temporal], tmp_path, {})
    try:
        assert not await temporal_answers(settings)
        await supervisor.start()
        client = await connect(settings.temporal_address, settings.temporal_namespace)
        await prepare(client)
        await prepare(client)  # twice is once
        assert await remembered_seconds(client) == RETENTION.total_seconds()
        assert {key.name for key in KEYS} <= await searchable(client)
    finally:
        await supervisor.stop()


async def remembered_seconds(client):
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return described.config.workflow_execution_retention_ttl.ToTimedelta().total_seconds()


async def searchable(client):
    answer = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=client.namespace))
    return set(answer.custom_attributes)
