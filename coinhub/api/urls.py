"""Routes of the API that belong to no business app."""

from django.urls import path

from coinhub.api import tokens

urlpatterns = [
    path("auth/token", tokens.Token.as_view(), name="token"),
    path("auth/token/refresh", tokens.TokenRefresh.as_view(), name="token-refresh"),
    path("auth/token/revoke", tokens.TokenRevoke.as_view(), name="token-revoke"),
]
