"""Staff of operations, as many as a test needs."""

import pytest

from coinhub.core.actor import Actor
from coinhub.users import roles
from coinhub.users.models import User
from tests.conftest import make_staff

REASON = "They joined the team today"


@pytest.fixture
def maker(db: None) -> User:
    """A member of staff who proposes."""
    return make_staff("maker", roles.OPERATIONS)


@pytest.fixture
def checker(db: None) -> User:
    """Another one, who decides."""
    return make_staff("checker", roles.OPERATIONS)


def actor_of(user: User) -> Actor:
    """A member of staff who acts."""
    return Actor(kind="staff", user_id=user.pk, request_id="test-request", address="192.0.2.7")
