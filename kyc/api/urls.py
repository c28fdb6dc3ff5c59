"""The table of contents of identity's API."""

from django.urls import path

from kyc.api import cases, decisions, raises

urlpatterns = [
    path("kyc", cases.Kyc.as_view(), name="kyc"),
    path("kyc/documents", cases.KycDocuments.as_view(), name="kyc-documents"),
    path("kyc/submit", cases.KycSubmit.as_view(), name="kyc-submit"),
    path("kyc/raise", raises.KycRaise.as_view(), name="kyc-raise"),
    path("kyc/raise/withdraw", raises.KycWithdraw.as_view(), name="kyc-raise-withdraw"),
    path("admin/kyc/<uuid:user_id>/approve", decisions.Approve.as_view(), name="admin-kyc-approve"),
    path("admin/kyc/<uuid:user_id>/reject", decisions.Reject.as_view(), name="admin-kyc-reject"),
]
