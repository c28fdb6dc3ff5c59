"""Addresses of the back office that nobody's link leads to."""

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from coinhub.users.models import User


def lists():
    """Give the address of every list."""
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]


class TestOddAddresses:
    @pytest.mark.parametrize("query", ["id__regex=(", "code__regex=(", "currency__exact=%00"])
    def test_of_lists_are_refused_and_no_fault(self, office, query):
        office.raise_request_exception = False
        found = {office.get(f"{address}?{query}").status_code for address in lists()}
        assert 400 in found
        assert found <= {200, 302, 400}

    def test_of_records_lead_nowhere(self, office):
        office.raise_request_exception = False
        found = {office.get(f"{address}%00/change/").status_code for address in lists()}
        assert found == {302}

    def test_no_record_has_a_page_on_the_site(self, office, alice):
        office.raise_request_exception = False
        kind = ContentType.objects.get_for_model(User).pk
        for key in (alice.pk, "x"):
            assert office.get(f"/admin/r/{kind}/{key}/").status_code == 404
