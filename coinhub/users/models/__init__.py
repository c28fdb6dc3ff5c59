"""Tables of people, their tokens and second factors."""

from coinhub.users.models.budget import TryBudget
from coinhub.users.models.factor import FactorLock, RecoveryCode, UsedCode
from coinhub.users.models.token import AccessToken, RefreshToken
from coinhub.users.models.user import User

__all__ = [
    "AccessToken",
    "FactorLock",
    "RecoveryCode",
    "RefreshToken",
    "TryBudget",
    "UsedCode",
    "User",
]
