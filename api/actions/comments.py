"""What is said about tasks and projects."""

from typing import Annotated, Literal

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, sample
from models.commands.comments import LONGEST, add_comment
from models.queries.projects import get_project
from models.queries.tasks import get_task


class CommentInput(ActionInput):
    """What to say, and where."""

    about: Annotated[Literal["task", "project"], Field(title="About")] = "task"
    subject_id: Annotated[
        str | None,
        Field(title="Which", description="The one that started the run", json_schema_extra={"x-lookup": "tasks_and_projects"}),
    ] = None
    text: Annotated[str, Field(title="Text", min_length=1, max_length=LONGEST)]
    is_shared: Annotated[bool, Field(title="The client reads it", description="Otherwise the team alone")] = False


class CommentOutput(ActionOutput):
    """The comment."""

    comment_id: str
    subject_id: str
    is_shared: bool


class AddComment(Action):
    """A comment on a task or a project."""

    name = "comments.add"
    title = "Add a comment"
    icon = "message-square-text"
    docs = "Says something about a task or a project: to the team alone, unless you share it with the client."
    Input = CommentInput
    Output = CommentOutput
    client_facing = True
    emits = ("comment.added",)
    needs = ("comments:write",)
    example = sample(about="task", text="The client has approved the sketch.", is_shared=False)

    def perform(self, context: ActionContext, given: CommentInput) -> CommentOutput:
        """Say it. A step is done once, so it is said once."""
        find = get_task if given.about == "task" else get_project
        subject = find(context.session, context.about(given.about, given.subject_id))
        comment = add_comment(
            context.session,
            subject_kind=given.about,
            subject_id=subject.id,
            body=given.text,
            is_shared=given.is_shared,
            engagement_id=subject.engagement_id,
        )
        return CommentOutput(comment_id=comment.id, subject_id=subject.id, is_shared=comment.is_shared)
