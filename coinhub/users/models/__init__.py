"""Tables of people, their tokens and second factors."""

from coinhub.users.models.api_key import ApiKey, ApiKeySpend
from coinhub.users.models.budget import TryBudget
from coinhub.users.models.confirmation import Confirmation
from coinhub.users.models.factor import FactorLock, FactorTries, RecoveryCode, UsedCode
from coinhub.users.models.rate_window import RateWindow
from coinhub.users.models.token import AccessToken, RefreshToken
from coinhub.users.models.user import User

__all__ = [
    "AccessToken",
    "ApiKey",
    "ApiKeySpend",
    "Confirmation",
    "FactorLock",
    "FactorTries",
    "RateWindow",
    "RecoveryCode",
    "RefreshToken",
    "TryBudget",
    "UsedCode",
    "User",
]
