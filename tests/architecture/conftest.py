"""What every architecture test can ask for."""

from tests.architecture.house import client, house, running

__all__ = ["client", "house", "running"]
