"""The table of contents of identity's API."""

from django.urls import path

from kyc.api import cases, decisions

urlpatterns = [
    path("kyc", cases.Kyc.as_view(), name="kyc"),
    path("kyc/documents", cases.KycDocuments.as_view(), name="kyc-documents"),
    path("kyc/submit", cases.KycSubmit.as_view(), name="kyc-submit"),
    path("admin/kyc/<uuid:user_id>/approve", decisions.Approve.as_view(), name="admin-kyc-approve"),
    path("admin/kyc/<uuid:user_id>/reject", decisions.Reject.as_view(), name="admin-kyc-reject"),
]
