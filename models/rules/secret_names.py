"""Names under which people write secrets, though a credential is the place for them."""

import re
from collections.abc import Mapping

from models.types.automations import Json

HIDDEN = "••••••"
_SECRET = re.compile(r"authorization|cookie|api[-_]?key|token|secret|password", re.IGNORECASE)


def is_secret_name(name: str) -> bool:
    """Whether what stands under this name, such as a header's, may be a secret."""
    return _SECRET.search(name) is not None


def without_secrets(named: Mapping[str, Json], instead: str = HIDDEN) -> dict[str, Json]:
    """The same values, with another text for those whose name says that they are secret."""
    return {
        name: instead if value and isinstance(value, str) and is_secret_name(name) else value for name, value in named.items()
    }
