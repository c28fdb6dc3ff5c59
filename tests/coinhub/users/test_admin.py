"""People in the back office."""

import pytest
from django.db import transaction
from django.urls import reverse

from coinhub.users import roles
from coinhub.users.services import second_factor
from tests.conftest import PASSWORD, make_staff


def people(browser, **query):
    """List who is shown."""
    answer = browser.get(reverse("admin:users_user_changelist", query=query))
    return set(answer.context["cl"].result_list)


class TestUsers:
    def test_are_found_by_mail_and_id(self, signed_in, alice, bob):
        browser = signed_in(make_staff("kim", roles.KYC))
        assert people(browser, q=alice.email) == {alice}
        assert people(browser, q=str(bob.pk)) == {bob}
        assert people(browser, q="nobody@example.com") == set()

    def test_show_role_and_sign_in_mails_and_never_the_password(self, signed_in, alice):
        auditor = make_staff("ada", roles.AUDITOR)
        browser = signed_in(auditor)
        for person, role in ((alice, "customer"), (auditor, "auditor")):
            answer = browser.get(reverse("admin:users_user_change", args=[person.pk]))
            html = answer.content.decode()
            assert role in html
            assert person.password
            assert person.password not in html
        rows = browser.get(reverse("admin:users_user_change", args=[alice.pk])).context["sections"]
        assert rows[0].rows == [(alice.email, "yes", "yes")]

    @pytest.mark.parametrize(
        "how", ["startswith", "regex", "gt", "contains", "lt", "iregex", "in", "range"]
    )
    def test_do_not_give_away_a_password_by_what_is_listed(self, signed_in, alice, how):
        browser = signed_in(make_staff("kim", roles.KYC))
        browser.raise_request_exception = False
        asked = {f"password__{how}": alice.password[:8]}
        answer = browser.get(reverse("admin:users_user_changelist", query=asked))
        assert answer.status_code == 400

    def test_sign_in_to_the_back_office_where_everybody_does(self, client, db):
        staff = make_staff("mia", roles.OPERATIONS)
        with transaction.atomic():
            second_factor.enrol_totp(staff)
        sent = {"login": staff.email, "password": PASSWORD, "next": "/admin/"}
        answer = client.post("/accounts/login/", sent)
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/authenticate/")
        assert client.get("/admin/").status_code == 302
        code = second_factor.find_unused_code(staff)
        answer = client.post("/accounts/2fa/authenticate/", {"code": code})
        assert (answer.status_code, answer["Location"]) == (302, "/admin/")
        assert client.get("/admin/").status_code == 200

    def test_cannot_sign_in_at_a_second_door(self, client, db):
        staff = make_staff("mia", roles.OPERATIONS)
        answer = client.post("/admin/login/", {"username": staff.email, "password": PASSWORD})
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")
        assert "_auth_user_id" not in client.session
