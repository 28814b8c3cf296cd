"""What others send us arrives once, on both databases."""

import pytest

from models.db import Database


@pytest.fixture
def database(database_of_each_kind: Database) -> Database:
    """An empty database of each kind."""
    return database_of_each_kind
