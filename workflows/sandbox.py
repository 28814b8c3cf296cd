"""The worker, the replayer and the tests all run workflows through this one runner."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

# Passed through = shared with the host and no longer guarded. Data and effects only, never logic.
PASSED_THROUGH = ("models.types", "activities")


def runner() -> SandboxedWorkflowRunner:
    """A runner that re-imports rules under guard and shares types and activities (decision 0002)."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))
