"""Nobody changes the ledger in the back office, superusers included."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from coinhub.core.admin import OfficeAdmin
from coinhub.users import roles
from wallets.models import Currency, Fee, Limit

WRITABLE = {Currency, Fee, Limit}  # of the last two a new row is proposed, none is changed
PAGES = dict(admin.site._registry)
READ_ONLY = [model for model in PAGES if model not in WRITABLE]


def address(model, page, *args):
    """Give the address of a page of a model."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


class TestReadOnly:
    def test_shows_every_table_of_the_ledger_and_nothing_else(self):
        names = {model._meta.label_lower for model in PAGES}
        assert names == {*roles.EVERYTHING}

    @pytest.mark.parametrize("model", PAGES, ids=lambda m: m._meta.label)
    def test_every_page_is_of_our_making(self, model):
        assert isinstance(PAGES[model], OfficeAdmin)
        assert PAGES[model].actions is None
        assert PAGES[model].show_full_result_count is False

    @pytest.mark.parametrize("model", READ_ONLY, ids=lambda m: m._meta.label)
    def test_a_superuser_cannot_add_change_or_delete(self, model, office, booked):
        row = model.objects.order_by("pk").first()
        before = model.objects.count()
        assert office.get(address(model, "add")).status_code == 403
        assert office.post(address(model, "add"), {}).status_code == 403
        if row is not None:
            kept = model.objects.filter(pk=row.pk).values().get()
            assert office.post(address(model, "change", row.pk), {"_save": "1"}).status_code == 403
            deleting = office.post(address(model, "delete", row.pk), {"post": "yes"})
            assert deleting.status_code == 403
            assert model.objects.filter(pk=row.pk).values().get() == kept
        assert model.objects.count() == before

    @pytest.mark.parametrize("model", PAGES, ids=lambda m: m._meta.label)
    def test_bulk_actions_do_nothing(self, model, office, booked):
        keys = [str(key) for key in model.objects.values_list("pk", flat=True)[:2]]
        before = model.objects.count()
        sent = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
        office.post(address(model, "changelist"), sent)
        assert model.objects.count() == before

    @pytest.mark.parametrize("model", PAGES, ids=lambda m: m._meta.label)
    def test_shows_lists_and_records(self, model, office, booked):
        assert office.get(address(model, "changelist")).status_code == 200
        for row in model.objects.order_by("-pk")[:3]:
            assert office.get(address(model, "change", row.pk)).status_code == 200


class TestRoles:
    @pytest.mark.parametrize("group", roles.GROUPS)
    def test_every_permission_named_exists(self, group, db):
        found = Group.objects.get(name=group).permissions.select_related("content_type")
        given = {f"{p.content_type.app_label}.{p.codename}" for p in found}
        assert given == roles.permissions_of(group)

    def test_auditors_see_everything_and_add_nothing(self, auditor, signed_in, booked):
        browser = signed_in(auditor)
        for model in PAGES:
            assert browser.get(address(model, "changelist")).status_code == 200, model
            assert browser.get(address(model, "add")).status_code == 403, model

    def test_operations_see_everything(self, operator, signed_in, booked):
        browser = signed_in(operator)
        for model in PAGES:
            assert browser.get(address(model, "changelist")).status_code == 200, model

    def test_kyc_sees_people_cases_and_own_proposals_only(self, reviewer, signed_in, booked):
        browser = signed_in(reviewer)
        seen = {
            model._meta.label_lower
            for model in PAGES
            if browser.get(address(model, "changelist")).status_code == 200
        }
        assert seen == {*roles.IDENTITY, "approvals.approval"}
        assert b"What we owe" not in browser.get(reverse("admin:index")).content

    def test_customers_stay_outside(self, alice, signed_in, client):
        assert signed_in(alice).get(reverse("admin:index"), follow=True).status_code == 403
        sent_away = client.get(reverse("admin:wallets_wallet_changelist"), follow=True)
        assert sent_away.request["PATH_INFO"] == "/accounts/login/"
