"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path, re_path

from coinhub.api import docs, handlers
from coinhub.api import urls as shared_api
from coinhub.core import health
from coinhub.people import look_reasons
from coinhub.people import web as people
from coinhub.web import closed, policy_reports, sandbox_mail
from integrity.api import urls as integrity_api
from kyc.api import urls as kyc_api
from wallets.api import urls as wallets_api

# Addresses are tried in this order: what is asked for most comes first.
api = [
    *wallets_api.urlpatterns,
    *shared_api.urlpatterns,
    *kyc_api.urlpatterns,
    *integrity_api.urlpatterns,
]

urlpatterns = [
    path("api/v1/", include((api, "api"), namespace="api-v1")),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("policy-reports", policy_reports.take, name="policy_reports"),
    path("api/schema", docs.SchemaView.as_view(), name="api-schema"),
    path("api/docs", docs.DocsView.as_view(), name="api-docs"),
    path("api/docs/errors", docs.errors, name="api-errors"),
    path("api/", include((api, "api"), namespace="api")),
    re_path(r"^api(?:/|$)", handlers.unknown_route),
    path("kyc/", include("kyc.web.urls")),
    path("", include("wallets.web.urls")),
    path(
        "invitation/<uuid:person_id>/<str:token>/", people.Invitation.as_view(), name="invitation"
    ),
    path("", include("coinhub.users.web.urls")),
    path("sandbox/mail/", sandbox_mail.show, name="sandbox_mail"),
    # Staff change their password where everybody does, with their second factor.
    re_path(r"^admin/password_change/", closed.not_open_yet),
    re_path(r"^admin/r/", closed.not_open_yet),  # "view on site": no row here has such a page
    path("admin/look-reason/", admin.site.admin_view(look_reasons.state), name="look_reason"),
    path("admin/", admin.site.urls),
]

handler400 = handlers.bad_request
handler403 = handlers.permission_denied
handler404 = handlers.page_not_found
handler500 = handlers.server_error
