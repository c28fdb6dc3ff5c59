"""What of keys and of checks is never changed afterwards, by the owner neither."""

import pytest

from coinhub.core.actor import system
from integrity.models import Run
from integrity.services.check import check
from tests.conftest import make_customer
from tests.sql.calls import refusal_of

pytestmark = pytest.mark.usefixtures("committed_db")


class TestAnApiKey:
    def test_that_was_revoked_stays_so(self, owner):
        (key,) = owner.execute(
            "INSERT INTO users_apikey (public_id, user_id, label, hint, digest, scopes, networks)"
            " VALUES (gen_random_uuid(), %s, 'a', 'b', sha256('c'), '{read}', '{}') RETURNING id",
            [make_customer().pk],
        ).fetchone()
        change = "UPDATE users_apikey SET {} WHERE id = %s"
        owner.execute(change.format("revoked_at = now()"), [key])
        for again in ("revoked_at = NULL", "revoked_at = now() + interval '1 day'"):
            assert refusal_of(owner, change.format(again), [key]) == "US001"
        owner.execute(change.format("last_used_at = now()"), [key])


class TestARun:
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE integrity_run SET status = 'healthy'",
            "DELETE FROM integrity_run",
            "TRUNCATE integrity_run CASCADE",
            "TRUNCATE integrity_finding",
        ],
    )
    def test_stays_as_it_ended(self, owner, change):
        check(actor=system("test"), trigger=Run.Trigger.COMMAND)
        assert refusal_of(owner, change) == "IN001"
