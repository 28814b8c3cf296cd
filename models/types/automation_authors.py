"""Which automation did something, and in which run: the answer to "why did this happen?"."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunAuthor:
    """The run that did it."""

    automation: str
    """Its name, as it is called now."""
    run_id: str
    subject_id: str
    """What it did or made."""

    @property
    def href(self) -> str:
        """The page of the run, opened at the step that did it."""
        return f"/automation_runs/{self.run_id}?about={self.subject_id}"
