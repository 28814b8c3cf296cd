"""Free ports for tests that start servers."""

import socket

from api.up.preflight import CannotStart, check_ports
from models.settings import Settings


def free_block() -> int:
    """A port that is free together with the five after it, as the embedded profile wants them."""
    for _ in range(50):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        try:
            check_ports(Settings(port=first), patience_seconds=0)
        except (CannotStart, ValueError):
            continue
        return first
    raise AssertionError("no six free ports in a row")
