"""Freezes and stops: one person pulls, two let go; both hold from the next payment on."""

import pytest
from django.db import IntegrityError, transaction

from coinhub.approvals import services as approvals
from coinhub.approvals.refusals import MakerIsChecker
from coinhub.core.actor import Actor, system
from coinhub.users import roles
from kyc.services import decisions
from kyc.services.moves import lock_case
from tests.conftest import gbp, make_staff
from tests.refusals import refused
from tests.stepped import Stepped, outcome_of
from tests.wallets.relations import balances
from wallets.ledger.errors import AccountFrozen, ServicePaused
from wallets.models import Freeze, Stop
from wallets.selectors import standings
from wallets.services import freezes, lifting, refunds, stops, transfers
from wallets.services.freezes import FreezeLifted

WHY = "something is wrong with the price feed"


@pytest.fixture
def maker(committed_db):
    return make_staff("maker", roles.OPERATIONS)


@pytest.fixture
def checker(committed_db):
    return make_staff("checker", roles.OPERATIONS)


@pytest.fixture
def stop(committed_db):
    """A stop of pounds, which no other test may meet: it is lifted in the end."""
    row = stops.engage(scope="operation", value="refund", reason=WHY, actor=system())
    yield row
    with transaction.atomic():
        if Stop.objects.filter(pk=row.pk, lifted_at__isnull=True).exists():
            stops.lift_step(stop_id=row.pk, actor=system())
    standings.forget()


def by(person):
    return Actor(kind="staff", user_id=person.pk)


def approve(approval, checker):
    approvals.approve(
        approval.public_id, checker=checker, shown_sha256=approval.payload_sha256, actor=by(checker)
    )


def _lift(row):
    with transaction.atomic():
        freezes.lift_step(freeze_id=row.pk, actor=system())


def pay(payer, payee):
    return transfers.pay(
        owner_id=payer.owner_id, to=payee.owner.email, amount=gbp("1.00"), actor=system()
    )


class TestFreeze:
    def test_holds_at_once_and_is_lifted_by_two(self, payer, payee, maker, checker):
        row = freezes.freeze(customer_id=payer.owner_id, kind="debit", reason=WHY, actor=by(maker))
        with refused(AccountFrozen):
            pay(payer, payee)
        approval = lifting.propose_unfreeze(
            freeze_id=row.pk, reason=WHY, maker=maker, actor=by(maker)
        )
        with refused(MakerIsChecker):
            approve(approval, maker)
        with refused(AccountFrozen):
            pay(payer, payee)
        approve(approval, checker)
        pay(payer, payee)
        assert balances(payee)[0] == 1

    def test_that_was_lifted_cannot_be_lifted_again(self, payer, maker, checker):
        row = freezes.freeze(customer_id=payer.owner_id, kind="debit", reason=WHY, actor=by(maker))
        approve(
            lifting.propose_unfreeze(freeze_id=row.pk, reason=WHY, maker=maker, actor=by(maker)),
            checker,
        )
        with refused(FreezeLifted):
            lifting.propose_unfreeze(freeze_id=row.pk, reason=WHY, maker=maker, actor=by(maker))

    def test_that_meets_the_end_of_another_is_there_all_the_same(self, payer, maker):
        ended = freezes.freeze(
            customer_id=payer.owner_id, kind="debit", reason=WHY, actor=by(maker)
        )
        with Stepped() as lifter, Stepped() as freezer:
            lifter.do(lambda: _lift(ended))
            freezing = freezer.start(
                lambda: freezes.freeze(
                    customer_id=payer.owner_id, kind="debit", reason=WHY, actor=by(maker)
                )
            )
            assert freezer.is_waiting()
            lifter.commit()
            assert outcome_of(freezing).pk != ended.pk
            freezer.commit()
        assert Freeze.objects.filter(customer_id=payer.owner_id, lifted_at=None).count() == 1

    def test_that_finds_another_which_is_gone_when_it_looks_is_there_all_the_same(
        self, payer, maker, monkeypatch
    ):
        save, tries = Freeze.save, iter([True, False])

        def refuse_once(row, **options):
            if next(tries):
                raise IntegrityError
            save(row, **options)

        monkeypatch.setattr(Freeze, "save", refuse_once)
        row = freezes.freeze(customer_id=payer.owner_id, kind="debit", reason=WHY, actor=by(maker))
        assert Freeze.objects.get(customer_id=payer.owner_id, lifted_at=None).pk == row.pk

    def test_comes_with_a_blocked_identity(self, payer, payee, checker):
        with transaction.atomic():
            decisions.block_step(
                lock_case(payer.owner_id), reason="fraud", note="a test", actor=by(checker)
            )
        assert Freeze.objects.get(customer_id=payer.owner_id, lifted_at=None).kind == "full"
        with refused(AccountFrozen):
            pay(payer, payee)
        assert balances(payer)[0] == 100


class TestStop:
    def test_is_lifted_by_two(self, stop, maker, checker):
        assert Stop.objects.get(pk=stop.pk).lifted_at is None
        approval = lifting.propose_lift(stop_id=stop.pk, reason=WHY, maker=maker, actor=by(maker))
        with refused(MakerIsChecker):
            approve(approval, maker)
        assert Stop.objects.get(pk=stop.pk).lifted_at is None
        approve(approval, checker)
        assert Stop.objects.get(pk=stop.pk).lifted_by == checker.pk

    def test_stops_the_operation_and_no_other(self, stop, payer, payee):
        paid = pay(payer, payee).transaction
        with refused(ServicePaused):
            refunds.refund(
                owner_id=payee.owner_id,
                transaction_id=paid.public_id,
                amount=None,
                actor=system(),
            )
        assert balances(payee)[0] == 1
