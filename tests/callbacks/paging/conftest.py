"""A desk with people on call and one open callback, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from callbacks.db.database import Database
from tests.callbacks.paging.paging_desk import PagingDesk, seed


@pytest.fixture
def desk(database: Database) -> PagingDesk:
    return seed(database)
