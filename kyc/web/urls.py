"""Addresses of the identity pages."""

from django.urls import path, register_converter

from kyc.models.document import Kind
from kyc.web import raises, views


class KindConverter:
    """One of the kinds of documents."""

    regex = "|".join(Kind.values)

    def to_python(self, value: str) -> str:
        """Give the kind."""
        return value

    def to_url(self, value: str) -> str:
        """Write the kind."""
        return value


register_converter(KindConverter, "document_kind")

urlpatterns = [
    path("", views.Home.as_view(), name="kyc"),
    path("details/", views.Fill.as_view(), name="kyc_details"),
    path("documents/<document_kind:kind>/", views.Send.as_view(), name="kyc_send"),
    path("pictures/<uuid:document_id>/", views.Picture.as_view(), name="kyc_picture"),
    path("raise/", raises.Raise.as_view(), name="kyc_raise"),
    path("raise/withdraw/", raises.Withdraw.as_view(), name="kyc_withdraw"),
    path("submit/", views.Submit.as_view(), name="kyc_submit"),
]
