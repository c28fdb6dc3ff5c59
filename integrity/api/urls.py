"""Addresses of the integrity check."""

from django.urls import path

from integrity.api import checks, repairs

urlpatterns = [
    path("integrity/check", checks.Check.as_view(), name="integrity-check"),
    path(
        "integrity/check/<str:user_id>",
        checks.CheckCustomer.as_view(),
        name="integrity-check-customer",
    ),
    path(
        "integrity/check-all/<str:user_id>",
        checks.CheckCustomerWhole.as_view(),
        name="integrity-check-all",
    ),
    path("integrity/admin-wallet", checks.CheckHouse.as_view(), name="integrity-admin-wallet"),
    path("integrity/sync-all", repairs.SyncAll.as_view(), name="integrity-sync-all"),
    path(
        "integrity/reconcile/<uuid:user_id>",
        repairs.Reconcile.as_view(),
        name="integrity-reconcile",
    ),
    path(
        "integrity/auto-reconcile-admin",
        repairs.ReconcileHouse.as_view(),
        name="integrity-auto-reconcile-admin",
    ),
]
