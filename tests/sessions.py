"""Further connections to the test database: as the application, its owner or a superuser."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connections

Session = psycopg.Connection[tuple[Any, ...]]


@contextmanager
def signed_in_as(variable: str, *, autocommit: bool = False) -> Iterator[Session]:
    """Connect with the address in an environment variable; what is not committed is lost."""
    address = os.environ.get(variable)
    if not address:
        pytest.skip(f"{variable} is not set: this test needs that role")
    name = str(connections["default"].settings_dict["NAME"])
    session = psycopg.connect(address, dbname=name, autocommit=autocommit)
    try:
        yield session
    finally:
        session.close()


def as_application(*, autocommit: bool = False) -> Any:
    """Connect as the role that web, worker and scheduler have."""
    return signed_in_as("DATABASE_URL", autocommit=autocommit)


def as_owner(*, autocommit: bool = False) -> Any:
    """Connect as the role that owns the tables."""
    return signed_in_as("DATABASE_OWNER_URL", autocommit=autocommit)


def as_superuser(*, autocommit: bool = False) -> Any:
    """Connect as the server's superuser."""
    return signed_in_as("DATABASE_ADMIN_URL", autocommit=autocommit)
