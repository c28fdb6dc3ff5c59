"""A recall while another one, or a proposal to reverse, is under way."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from coinhub.core.actor import system
from tests.conftest import gbp, make_customer, wallet_of
from tests.refusals import refused
from tests.sessions import as_application
from tests.wallets.relations import balances
from wallets.ledger import steps
from wallets.ledger.errors import HoldConditionOpen, IdempotencyInProgress
from wallets.ledger.request import Answer, MoneyRequest
from wallets.models import Hold, Wallet
from wallets.services import recalls, transfers


@pytest.fixture
def held(committed_db: None) -> Hold:
    """Seven pounds that wait for their recipient's identity."""
    payer = wallet_of(make_customer(), funded="100.00")
    payee = wallet_of(make_customer(kyc="pending"))
    booked = transfers.transfer(payer=payer, payee=payee, amount=gbp("7"), actor=system())
    return Hold.objects.select_related("transaction__payer_wallet").get(
        transaction=booked.transaction
    )


def recall(held: Hold, request: MoneyRequest | None = None):
    txn = held.transaction
    return recalls.recall(
        owner_id=txn.payer_wallet.owner_id,
        transaction_id=txn.public_id,
        actor=system(),
        request=request,
    )


class TestAtOnce:
    def test_a_repeat_is_told_while_the_first_is_running(self, held):
        payer = held.transaction.payer_wallet
        key = uuid4().hex
        asked = MoneyRequest(payer.owner_id, key, b"x" * 32, lambda _txn: Answer(200, "{}"))
        with as_application() as first:
            first.execute(
                "SELECT keep_answer_v1(%s, %s, %s, NULL, NULL)",
                [payer.owner_id, key, asked.fingerprint],
            )
            first.execute(
                "SELECT lock_transactions_v1(ARRAY[%s]::bigint[], ARRAY[%s]::smallint[])",
                [held.transaction_id, held.transaction.shard],
            )
            begun = timezone.now()
            with refused(IdempotencyInProgress):
                recall(held, asked)
            assert timezone.now() - begun < timedelta(seconds=1)
            first.rollback()
        assert recall(held, asked).transaction.state == "recalled"
        assert balances(Wallet.objects.get(pk=payer.pk))[0] == 100

    def test_is_refused_where_more_is_waited_for_by_then(self, held, monkeypatch):
        step = recalls.step

        def step_after_a_proposal(draft, **how):
            steps.open_condition(held, "reversal", actor=system(), note="a proposal")
            return step(draft, **how)

        monkeypatch.setattr(recalls, "step", step_after_a_proposal)
        with refused(HoldConditionOpen):
            recall(held)
        monkeypatch.undo()
        assert recall(held).transaction.state == "recalled"
