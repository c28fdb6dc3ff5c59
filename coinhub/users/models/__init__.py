"""Tables of people and their tokens."""

from coinhub.users.models.user import User

__all__ = ["User"]
