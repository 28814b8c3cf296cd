"""The one place that spells workflow ids, types, the signal and the task queues."""

EVENT_SIGNAL = "happened"
ENGINE_QUEUE = "engine"
"""Workflows, and the activities that call our own API."""
INTEGRATIONS_QUEUE = "integrations"
"""Activities whose API route speaks to somebody outside: mail, HTTP, providers."""

WORKFLOW_TYPES = {
    "engagement": "EngagementWorkflow",
    "proposal": "ProposalWorkflow",
    "booking": "BookingWorkflow",
    "invoice": "InvoiceWorkflow",
    "retainer": "RetainerWorkflow",
    "run": "AutomationRunWorkflow",
    "automation": "AutomationWorkflow",
}


def engagement_workflow_id(engagement_id: str) -> str:
    return f"engagement/{engagement_id}"


def proposal_workflow_id(proposal_id: str) -> str:
    return f"proposal/{proposal_id}"


def booking_workflow_id(booking_id: str) -> str:
    return f"booking/{booking_id}"


def invoice_workflow_id(invoice_id: str) -> str:
    return f"invoice/{invoice_id}"


def retainer_workflow_id(retainer_id: str) -> str:
    return f"retainer/{retainer_id}"


def run_workflow_id(run_id: str) -> str:
    return f"run/{run_id}"


def automation_workflow_id(automation_id: str) -> str:
    return f"automation/{automation_id}"


def workflow_type(workflow_id: str) -> str:
    """The workflow class that an id belongs to: `engagement/eng_1` is an EngagementWorkflow."""
    return WORKFLOW_TYPES[workflow_id.split("/", 1)[0]]
