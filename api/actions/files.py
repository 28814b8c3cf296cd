"""Showing files to the client, or no longer."""

from typing import Annotated

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from models.commands.files import share_file
from models.queries.files import get_file


class FileInput(ActionInput):
    """Which file."""

    file_id: Annotated[str | None, picked("File", "files", "The one that started the run")] = None


class FileOutput(ActionOutput):
    """The file."""

    file_id: str
    filename: str
    is_shared: bool


class ShareFile(Action):
    """A file that the client sees."""

    name = "files.share"
    title = "Share a file"
    icon = "file-up"
    docs = "Shows the file to the client of its engagement, in their portal."
    Input = FileInput
    Output = FileOutput
    client_facing = True
    emits = ("file.shared",)
    needs = ("files:write",)
    example = sample(file_id="fil_01k7w3y6m0")

    def perform(self, context: ActionContext, given: FileInput) -> FileOutput:
        """Share it; shared already, it stays so."""
        return _shared(context, given, is_shared=True)


class UnshareFile(Action):
    """A file that is private again."""

    name = "files.unshare"
    title = "Stop sharing a file"
    icon = "file-lock"
    docs = "Takes the file out of the client's portal."
    Input = FileInput
    Output = FileOutput
    emits = ("file.unshared",)
    needs = ("files:write",)
    example = sample(file_id="fil_01k7w3y6m0")

    def perform(self, context: ActionContext, given: FileInput) -> FileOutput:
        """Make it private; private already, it stays so."""
        return _shared(context, given, is_shared=False)


def _shared(context: ActionContext, given: FileInput, *, is_shared: bool) -> FileOutput:
    file = get_file(context.session, context.about("file", given.file_id))
    share_file(context.session, file, is_shared=is_shared)
    return FileOutput(file_id=file.id, filename=file.filename, is_shared=file.is_shared)
