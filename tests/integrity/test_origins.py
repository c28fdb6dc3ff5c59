"""What is acknowledged is booked, and each booking is told: what looks odd and is right."""

import json
import uuid

import pytest
from django.db import transaction

from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.users import roles
from integrity.checks import origins
from integrity.selectors import snapshot
from tests.conftest import gbp, make_customer, make_staff
from tests.wallets.leaving import due, leaver, state_of, withdraw
from wallets.ledger import idempotency
from wallets.ledger.request import Answer, MoneyRequest
from wallets.models import IdempotencyKey
from wallets.services import adjustments, payout_tracking, payouts, proposals

pytestmark = pytest.mark.django_db


def found():
    """Give what is found of keys and events, in this database."""
    with snapshot.glance() as view:
        return [
            *origins.look_at_keys(view),
            *origins.look_at_events(view, "audit"),
            *origins.look_at_events(view, "outbox"),
        ]


class TestKeys:
    def test_a_proposal_under_a_key_is_an_answer_without_a_booking(self):
        maker, customer = make_staff("maker", roles.OPERATIONS), make_customer()
        request = MoneyRequest(
            caller=maker.pk, key=f"proposal-{uuid.uuid4()}", fingerprint=b"x" * 32
        )

        def propose() -> Approval:
            return adjustments.propose(
                kind="goodwill",
                amount=gbp("5.00"),
                customer_id=customer.pk,
                reason="He waited for an hour",
                maker=maker,
                actor=Actor(kind="staff", user_id=maker.pk),
            )

        told, is_repeat = proposals.propose_once(
            request=request,
            propose=propose,
            answer=lambda made: Answer(202, json.dumps({"approval": str(made.public_id)})),
        )
        assert (told.status, is_repeat) == (202, False)
        assert IdempotencyKey.objects.get(key=request.key).transaction_id is None
        assert found() == []

    @pytest.mark.parametrize(
        "body",
        [
            "{}",
            "not JSON",
            '{"id": "not an id"}',
            json.dumps({"id": str(uuid.UUID(int=1))}),
            json.dumps({"approval": str(uuid.UUID(int=2))}),
        ],
        ids=["nothing", "no JSON", "no id", "nowhere booked", "nowhere proposed"],
    )
    def test_an_answer_of_success_without_what_it_tells_of_is_found(self, body):
        customer = make_customer()
        name = f"planted-{uuid.uuid4()}"
        with transaction.atomic():
            asked = MoneyRequest(caller=customer.pk, key=name, fingerprint=bytes(32))
            assert idempotency.keep(asked, Answer(201, body))
        key = IdempotencyKey.objects.get(key=name)
        (one,) = found()
        assert one.source == "acknowledged and not booked"
        assert f"idempotency key {key.pk}," in one.place


class TestEvents:
    def test_a_withdrawal_that_is_sent_and_completed_at_once_is_told_of_rightly(self):
        txn = withdraw(leaver(), "20.02")  # the sandbox gives no answer, and has paid
        payouts.send_due()
        assert state_of(txn) == "unknown"
        due(txn)
        payout_tracking.track_due()
        assert state_of(txn) == "completed"
        assert found() == []
