"""What rows keep once they have it: also from the owner, whose rights would allow the change."""

from uuid import uuid4

import psycopg
import pytest
from django.db import transaction

from tests.sessions import as_owner
from wallets.ledger import idempotency
from wallets.ledger.request import Answer, MoneyRequest
from wallets.models import IdempotencyKey

pytestmark = pytest.mark.usefixtures("committed_db")


def refusal_of(session, statement, parameters=()):
    """Say with which code a statement was refused; it must be refused."""
    with pytest.raises(psycopg.Error) as caught, session.transaction():
        session.execute(statement, parameters)
    return caught.value.sqlstate


@pytest.fixture
def key():
    """A committed key with the answer of a refusal."""
    asked = MoneyRequest(caller=uuid4(), key=f"key-{uuid4()}", fingerprint=bytes(32))
    with transaction.atomic():
        assert idempotency.keep(asked, Answer(422, '{"code": "REFUSED"}'))
    return IdempotencyKey.objects.get(key=asked.key)


class TestAnAnswer:
    @pytest.mark.parametrize(
        "change",
        [
            "response_status = 201",
            "response_body = '{}'",
            "response_status = NULL, response_body = NULL",
            "created_at = created_at - interval '25 hours'",
            "fingerprint = sha256('x')",
            "key = key || 'x'",
            "caller = gen_random_uuid()",
            "transaction_id = (SELECT max(id) FROM wallets_transaction)",
            "shard = shard + 1",
            "xact_id = pg_current_xact_id()",
        ],
    )
    def test_stays_as_it_was_given(self, key, change):
        with as_owner() as owner:
            statement = f"UPDATE wallets_idempotencykey SET {change} WHERE id = %s"  # noqa: S608
            assert refusal_of(owner, statement, [key.pk]) == "LG011"

    def test_is_not_given_a_second_time(self, key):
        asked = MoneyRequest(caller=key.caller, key=key.key, fingerprint=bytes(32))
        with transaction.atomic():
            assert not idempotency.keep(asked, Answer(201, "{}"))
        key.refresh_from_db()
        assert (key.response_status, key.response_body) == (422, '{"code": "REFUSED"}')
