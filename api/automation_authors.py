"""Who may look behind a drawing: pickers and previews show people's data to those who draw, and to nobody else."""

from api.deps import Call
from models.types.errors import Forbidden


def require_author(call: Call) -> None:
    """Let pass only who may change automations, though the request itself changes nothing. Raises Forbidden."""
    if not call.principal.may("automations", "write"):
        raise Forbidden("This needs the scope automations:write.")
