"""What the product needs of a Temporal namespace: years of memory, and the attributes that ops search by."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client

from workflows.search_attributes import register

RETENTION = timedelta(days=3650)


async def prepare(client: Client) -> None:
    """Raise the namespace's retention to ten years and register the search attributes. Safe to repeat.

    A dev server forgets closed workflows after a day, and with them that their ids were ever used.
    """
    service = client.workflow_service
    described = await service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    if described.config.workflow_execution_retention_ttl.ToTimedelta() < RETENTION:
        ten_years = Duration()
        ten_years.FromTimedelta(RETENTION)
        config = NamespaceConfig(workflow_execution_retention_ttl=ten_years)
        await service.update_namespace(UpdateNamespaceRequest(namespace=client.namespace, config=config))
    await register(client)
