"""Doors of the back office that wait for the second factor."""

import pytest

from tests.conftest import PASSWORD, make_staff

pytestmark = pytest.mark.django_db


class TestThePasswordOfStaff:
    def test_is_not_changed_without_a_second_factor(self, signed_in):
        person = make_staff("boss", superuser=True)
        new = "another-long-password"
        answer = signed_in(person).post(
            "/admin/password_change/",
            {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
        )
        person.refresh_from_db()
        assert (answer.status_code, person.check_password(PASSWORD)) == (404, True)
