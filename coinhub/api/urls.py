"""Routes of the API that belong to no business app."""

from django.urls import path

from coinhub.api import api_keys, confirmations, tokens

urlpatterns = [
    path("auth/token", tokens.Token.as_view(), name="token"),
    path("auth/token/refresh", tokens.TokenRefresh.as_view(), name="token-refresh"),
    path("auth/token/revoke", tokens.TokenRevoke.as_view(), name="token-revoke"),
    path("auth/confirmations", confirmations.ConfirmationList.as_view(), name="confirmations"),
    path(
        "auth/confirmations/<uuid:challenge_id>",
        confirmations.ConfirmationDetail.as_view(),
        name="confirm",
    ),
    path("api-keys", api_keys.ApiKeyList.as_view(), name="api-keys"),
    path("api-keys/<uuid:key_id>/resume", api_keys.ApiKeyResume.as_view(), name="api-key-resume"),
    path("api-keys/<uuid:key_id>", api_keys.ApiKeyDetail.as_view(), name="api-key"),
]
