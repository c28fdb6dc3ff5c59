"""At the start the log says when a kind cannot be done because too few may approve it."""

from structlog.testing import capture_logs

from coinhub.core import health
from coinhub.users import roles
from tests.conftest import make_staff


def notices():
    with capture_logs() as lines:
        health.give_notice()
    return {line["notice"] for line in lines if line["about"] == "approvals"}


class TestNotices:
    def test_name_the_kinds_that_fewer_than_two_active_staff_may_approve(self, lamp, maker):
        said = "fewer than 2 active members of staff may approve lamp"
        assert said in notices()
        second = make_staff("second", roles.AUDITOR)
        assert said not in notices()
        type(second).objects.filter(pk=second.pk).update(is_active=False)
        assert said in notices()
        make_staff("root", superuser=True)
        assert said not in notices()
