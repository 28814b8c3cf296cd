"""Preparing a workflow class as the worker does, without a server."""

from temporalio import workflow

from workflows.sandbox import runner


def prepare(workflow_class: type) -> None:
    """Import the class's module afresh under guard. Raises what the worker would refuse it with."""
    definition = workflow._Definition.must_from_class(workflow_class)
    runner().prepare_workflow(definition)
