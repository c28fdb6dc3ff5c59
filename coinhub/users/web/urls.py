"""The pages of people: settings, and what of allauth is open."""

from allauth.account import views as account
from allauth.mfa.webauthn import views as passkeys
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from coinhub.users.web import api_keys, confirmations, factors, settings
from coinhub.users.web.even import evenly
from coinhub.users.web.fresh import after_passkey, after_second_factor
from coinhub.web import closed

settings_pages = [
    path("", settings.Overview.as_view(), name="settings"),
    path("email/", after_passkey(settings.Email.as_view()), name="settings_email"),
    path("sessions/", settings.Sessions.as_view(), name="settings_sessions"),
    path("looks/", settings.Looks.as_view(), name="settings_looks"),
    path("api-keys/", api_keys.ApiKeys.as_view(), name="settings_api_keys"),
    path("api-keys/new/", api_keys.NewApiKey.as_view(), name="settings_api_key_new"),
    path(
        "api-keys/<uuid:key_id>/resume/",
        api_keys.ResumeApiKey.as_view(),
        name="settings_api_key_resume",
    ),
    path(
        "confirmations/",
        confirmations.Confirmations.as_view(),
        name="settings_confirmations",
    ),
    path("second-factor/", factors.SecondFactor.as_view(), name="settings_second_factor"),
    path("second-factor/app/", after_passkey(factors.App.as_view()), name="settings_app"),
    path("second-factor/app/remove/", factors.RemoveApp.as_view(), name="settings_app_remove"),
    path(
        "second-factor/recovery-codes/",
        after_passkey(factors.RecoveryCodes.as_view()),
        name="settings_recovery_codes",
    ),
]

# Before allauth's own: the same addresses and names, with more asked or said alike.
account_pages: list[URLPattern | URLResolver] = [
    path("signup/", evenly(account.signup)),
    path("password/reset/", evenly(account.password_reset)),
    path(
        "password/change/",
        after_passkey(account.password_change),
        name="account_change_password",
    ),
    path("email/", RedirectView.as_view(pattern_name="settings_email")),
    path("sessions/", RedirectView.as_view(pattern_name="settings_sessions")),
    path("2fa/", RedirectView.as_view(pattern_name="settings_second_factor")),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="settings_second_factor")),
    path("2fa/webauthn/add/", after_second_factor(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "2fa/webauthn/keys/<int:pk>/remove/",
        after_second_factor(passkeys.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    re_path(closed.OPEN, closed.not_open_yet),
    path("", include("allauth.urls")),
]

urlpatterns = [
    path("settings/", include(settings_pages)),
    path("accounts/", include(account_pages)),
]
