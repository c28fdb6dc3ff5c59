"""Booking a draft: what one statement writes, in Python's words."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coinhub.events.models import AuditEvent
from tests.conftest import gbp
from tests.refusals import refused
from tests.wallets.relations import assert_agree, balances
from wallets.ledger import drafts, posting
from wallets.ledger.errors import LedgerMisused
from wallets.models import Journal, Posting, Transaction
from wallets.services import transfers


def draft(payer, payee, amount="10.00", **fields):
    """Draft a transfer as the use case does."""
    return drafts.move(
        type=Transaction.Type.TRANSFER, payer=payer, payee=payee, amount=gbp(amount), **fields
    )


class TestBook:
    def test_is_one_statement(self, payer, payee, actor):
        booking = draft(payer, payee)
        with CaptureQueriesContext(connection) as seen:
            posting.book(booking, actor=actor, event="test")
        assert len(seen) == 1

    def test_gives_the_row_as_the_database_has_it(self, payer, payee, actor):
        booked = posting.book(draft(payer, payee), actor=actor, event="test").transaction
        kept = Transaction.objects.get(pk=booked.pk)
        for field in Transaction._meta.concrete_fields:
            if field.name != "xact_id":  # drawn by the database, asked for by nobody
                assert getattr(booked, field.attname) == getattr(kept, field.attname), field.name

    def test_puts_each_row_on_its_shard(self, payer, payee, settlement, actor):
        txn = posting.book(draft(payer, payee), actor=actor, event="test").transaction
        journal = Journal.objects.get(transaction=txn)
        assert (txn.shard, journal.shard) == (payer.shard, payer.shard)
        shards = dict(Posting.objects.filter(journal=journal).values_list("wallet_id", "shard"))
        assert shards == {payer.pk: payer.shard, payee.pk: payee.shard}
        assert AuditEvent.objects.get(object_id=str(txn.public_id)).shard == payer.shard
        deposit = posting.book(draft(settlement, payee), actor=actor, event="test").transaction
        assert deposit.shard == payee.shard

    def test_keeps_the_value_date_given_and_today_otherwise(self, payer, payee, actor):
        past = draft(payer, payee, value_date=date(1995, 3, 24))
        txn = posting.book(past, actor=actor, event="test").transaction
        assert txn.journals.get().value_date == date(1995, 3, 24)
        txn = posting.book(draft(payer, payee), actor=actor, event="test").transaction
        journal = txn.journals.get()
        assert journal.value_date == journal.booked_at.date()

    def test_of_legs_that_do_not_balance_is_a_bug_and_no_refusal(self, payer, payee, actor):
        wrong = drafts.TransactionDraft(
            type="transfer",
            status="COMPLETED",
            state="completed",
            amount=gbp("10"),
            payer=payer,
            payee=payee,
            legs=(drafts.leg(payer, Decimal(-10)), drafts.leg(payee, Decimal(9))),
            shard=payer.shard,
        )
        with refused(LedgerMisused):
            posting.book(wrong, actor=actor, event="test")

    def test_of_a_multi_leg_operation_gives_change_back(self, payer, payee, new_wallet, actor):
        third = new_wallet()
        shared = drafts.TransactionDraft(
            type="transfer",
            status="COMPLETED",
            state="completed",
            amount=gbp("30"),
            payer=payer,
            payee=payee,
            legs=(
                drafts.leg(payer, Decimal(-100)),
                drafts.leg(payee, Decimal(25)),
                drafts.leg(third, Decimal(5)),
                drafts.leg(payer, Decimal(70)),
            ),
            shard=payer.shard,
        )
        posting.book(shared, actor=actor, event="test")
        assert [balances(wallet)[0] for wallet in (payer, payee, third)] == [70, 25, 5]
        assert_agree(payer, payee, third)


class TestDrafts:
    def test_of_a_hold_leave_the_total_of_the_payer_as_it_is(self, payer, payee):
        booking = drafts.lock(
            payer=payer, payee=payee, amount=gbp("40"), hold=drafts.HoldDraft("card_auth")
        )
        assert [leg.amount for leg in booking.legs] == [-40, 40]
        assert {leg.wallet_id for leg in booking.legs} == {payer.pk}
        assert (booking.status, booking.shard) == ("PENDING", payer.shard)

    @pytest.mark.parametrize("amount", ["12345678901234567890.000000000000000001", "0.01", "1E+5"])
    def test_sum_to_zero_however_many_digits_the_amount_has(self, payer, payee, amount):
        legs = draft(payer, payee, amount).legs
        assert legs[0].amount == legs[1].amount.copy_negate()


class TestTransfer:
    def test_is_one_statement_when_the_edge_loaded_the_rows(self, payer, payee, actor):
        payee = type(payee).objects.select_related("owner__kyc_case").get(pk=payee.pk)
        transfers.transfer(payer=payer, payee=payee, amount=gbp("1"), actor=actor)
        with CaptureQueriesContext(connection) as seen:
            transfers.transfer(payer=payer, payee=payee, amount=gbp("1"), actor=actor)
        assert len(seen) == 1  # a freeze of the payee is looked for in it, too
