"""Addresses of the integrity check."""

from django.urls import path

from integrity.api import checks

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
]
