"""Tables of people and their tokens."""

from coinhub.users.models.token import AccessToken, RefreshToken
from coinhub.users.models.user import User

__all__ = ["AccessToken", "RefreshToken", "User"]
