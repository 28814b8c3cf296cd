"""Telling the team in the inbox."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from models.commands.conversations import ensure_channel, post_message


class PostInput(ActionInput):
    """One message in one channel."""

    channel: Annotated[str, Field(title="Channel", description="Made when it is new", min_length=1, max_length=80)]
    text: Annotated[str, Field(title="Text", min_length=1, max_length=10_000)]
    engagement_id: Annotated[str | None, picked("About", "engagements", "The one the run is about")] = None


class PostOutput(ActionOutput):
    """Where it stands."""

    message_id: str
    conversation_id: str


class PostInChannel(Action):
    """A message in a channel of the team."""

    name = "inbox.post"
    title = "Post in a channel"
    icon = "message-square"
    docs = "Posts in a channel of the team's inbox, once."
    Input = PostInput
    Output = PostOutput
    emits = ("message.posted",)
    needs = ("conversations:write",)
    example = sample(channel="crm", text="A new lead came in.")

    def perform(self, context: ActionContext, given: PostInput) -> PostOutput:
        """Post it, once per run, node and iteration. Raises NotFound for an engagement that is not there."""
        about = given.engagement_id or context.run.engagement_id
        channel = ensure_channel(context.session, given.channel.strip().removeprefix("#"))
        message = post_message(
            context.session,
            channel,
            author=context.actor,
            author_name=context.automation_name,
            body=given.text,
            key=context.key,
            now=context.now,
            via="automation",
            engagement_id=context.engagement(about).id if about else None,
        )
        return PostOutput(message_id=message.id, conversation_id=channel.id)
