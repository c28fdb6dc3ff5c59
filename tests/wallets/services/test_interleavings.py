"""Two operations at once end as one after the other would: for every pair, both ways (R-05).

An operation is one statement: it takes its locks, lowest wallet first, and holds them to the end.
So the interleavings of two are: the first has booked and not ended, the second begins and waits,
the first commits or is rolled back, the second goes on.
"""

import itertools
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from coinhub.core.actor import system
from coinhub.core.errors import Unavailable
from coinhub.core.money import Money
from tests.conftest import make_customer, wallet_of
from tests.stepped import Stepped, outcome_of
from tests.wallets.relations import assert_agree, assert_sums_are_zero, balances
from wallets.ledger.errors import InsufficientFunds
from wallets.models import Hold, Wallet
from wallets.services import holds, payments, transfers, wallets

ACTOR = system("interleaving")


def gbp(amount: int) -> Money:
    """An amount in pounds."""
    return Money(Decimal(amount), "GBP")


@dataclass
class Scene:
    """Two wallets with 100 pounds each, and a hold of 40 of the first one's for the second."""

    first: Wallet = field(default_factory=lambda: wallet_of(make_customer(), funded="100"))
    second: Wallet = field(default_factory=lambda: wallet_of(make_customer(), funded="100"))

    def __post_init__(self) -> None:
        booked = holds.place_hold(
            payer=self.first, payee=self.second, amount=gbp(40), purpose="card_auth", actor=ACTOR
        )
        self.hold_id = booked.transaction.holds.get().pk

    def hold(self) -> Hold:
        """Read the hold as an edge does."""
        return Hold.objects.select_related("wallet", "transaction__payee_wallet__owner").get(
            pk=self.hold_id
        )

    def figures(self) -> tuple[Any, ...]:
        """Give what can be told of the scene: balances, floors, states, the hold."""
        hold = self.hold()
        both = [
            (*balances(wallet), wallet.floor, wallet.status, wallet.version)
            for wallet in (self.first, self.second)
        ]
        return (*both, hold.state, hold.remaining, hold.transaction.status)


Operation = Callable[[Scene], Any]
OPERATIONS: dict[str, Operation] = {
    "credit": lambda s: payments.credit(payee=s.first, amount=gbp(10), actor=ACTOR),
    "debit": lambda s: payments.debit(payer=s.first, amount=gbp(35), actor=ACTOR),
    "debit all": lambda s: payments.debit(payer=s.first, amount=gbp(60), actor=ACTOR),
    "send": lambda s: transfers.transfer(
        payer=s.first, payee=s.second, amount=gbp(55), actor=ACTOR
    ),
    "send back": lambda s: transfers.transfer(
        payer=s.second, payee=s.first, amount=gbp(90), actor=ACTOR
    ),
    "place": lambda s: holds.place_hold(
        payer=s.first, payee=s.second, amount=gbp(45), purpose="card_auth", actor=ACTOR
    ),
    "capture": lambda s: holds.capture(hold=s.hold(), amount=gbp(25), actor=ACTOR),
    "void": lambda s: holds.void(hold=s.hold(), actor=ACTOR),
    "freeze": lambda s: wallets.freeze(s.first),
    "overdraft": lambda s: wallets.grant_overdraft(s.first, floor=Decimal(-50)),
}


def kind(outcome: Any) -> Any:
    """Give what two outcomes are compared by: the kind of refusal, or that it was carried out."""
    return outcome if isinstance(outcome, type) else "done"


def serially(*operations: str) -> tuple[list[Any], tuple[Any, ...]]:
    """Carry operations out one after the other, and say what came of each and of all."""
    scene, outcomes = Scene(), []
    for name in operations:
        with Stepped() as alone:
            outcomes.append(kind(alone.do(lambda name=name: OPERATIONS[name](scene))))
            alone.commit()
    return outcomes, scene.figures()


class TestTwoOperations:
    @pytest.mark.parametrize(
        ("earlier", "later"), list(itertools.product(OPERATIONS, OPERATIONS)), ids="-".join
    )
    def test_end_as_one_after_the_other(self, committed_db, earlier, later):
        scene = Scene()
        with Stepped() as one, Stepped() as other:
            first = one.do(lambda: OPERATIONS[earlier](scene))
            waiting = other.start(lambda: OPERATIONS[later](scene))
            assert other.is_waiting()
            one.commit()
            second = outcome_of(waiting)
            other.commit()
        outcomes, figures = serially(earlier, later)
        assert [kind(first), kind(second)] == outcomes
        assert scene.figures() == figures
        assert_agree(scene.first, scene.second)

    @pytest.mark.parametrize("later", OPERATIONS)
    @pytest.mark.parametrize("earlier", ["debit all", "send back", "capture", "freeze"])
    def test_of_which_the_earlier_is_rolled_back_end_as_the_later_alone(
        self, committed_db, earlier, later
    ):
        scene = Scene()
        with Stepped() as one, Stepped() as other:
            one.do(lambda: OPERATIONS[earlier](scene))
            waiting = other.start(lambda: OPERATIONS[later](scene))
            assert other.is_waiting()
            one.rollback()
            second = outcome_of(waiting)
            other.commit()
        outcomes, figures = serially(later)
        assert [kind(second)] == outcomes
        assert scene.figures() == figures
        assert_agree(scene.first, scene.second)


class TestThreeOperations:
    def test_that_cross_do_not_deadlock_because_the_lowest_wallet_comes_first(self, committed_db):
        low, high = (wallet_of(make_customer(), funded="100") for _ in range(2))
        assert low.pk < high.pk

        def send(payer: Wallet, payee: Wallet) -> Callable[[], Any]:
            return lambda: transfers.transfer(payer=payer, payee=payee, amount=gbp(10), actor=ACTOR)

        with Stepped() as holder, Stepped() as up, Stepped() as down:
            holder.do(lambda: wallets.freeze(high))
            going_up = up.start(send(low, high))  # has the low one, waits for the high one
            assert up.is_waiting()
            going_down = down.start(send(high, low))  # waits for the low one
            assert down.is_waiting()
            holder.rollback()
            assert kind(outcome_of(going_up)) == "done"
            up.commit()
            assert kind(outcome_of(going_down)) == "done"
            down.commit()
        assert (balances(low)[0], balances(high)[0]) == (100, 100)
        assert_agree(low, high)
        assert_sums_are_zero()

    def test_debits_of_half_from_one_wallet_are_two_not_three(self, committed_db):
        wallet = wallet_of(make_customer(), funded="100")

        def debit() -> Any:
            return payments.debit(payer=wallet, amount=gbp(50), actor=ACTOR)

        with Stepped() as a, Stepped() as b, Stepped() as c:
            outcomes = [kind(a.do(debit))]
            waiting = {b.start(debit): b, c.start(debit): c}
            assert b.is_waiting()
            assert c.is_waiting()
            a.commit()
            while waiting:  # whoever gets the lock first
                done, _ = wait(waiting, timeout=5, return_when=FIRST_COMPLETED)
                for future in done:
                    outcomes.append(kind(outcome_of(future)))
                    waiting.pop(future).commit()
        assert outcomes[0] == "done"
        assert set(outcomes[1:]) == {"done", InsufficientFunds}
        assert balances(wallet)[0] == 0


class TestOpeningAtOnce:
    def test_the_same_wallet_gives_one_wallet(self, committed_db):
        owner = make_customer()

        def opened() -> Wallet:
            return wallets.open_wallet(owner_id=owner.pk, currency="GBP")

        with Stepped() as one, Stepped() as other:
            first = one.do(opened)
            waiting = other.start(opened)
            assert other.is_waiting()
            one.commit()
            second = outcome_of(waiting)
            other.commit()
        assert first.pk == second.pk
        assert owner.wallets.count() == 1

    def test_two_first_wallets_leaves_one_primary(self, committed_db):
        owner = make_customer()
        with Stepped() as one, Stepped() as other:
            one.do(lambda: wallets.open_wallet(owner_id=owner.pk, currency="GBP"))
            waiting = other.start(lambda: wallets.open_wallet(owner_id=owner.pk, currency="USD"))
            assert other.is_waiting()
            one.commit()
            assert kind(outcome_of(waiting)) == "done"
            other.commit()
        found = owner.wallets.order_by("currency_id").values_list("currency_id", "is_primary")
        assert list(found) == [("GBP", True), ("USD", False)]


class TestWaiting:
    def test_has_an_end_and_then_nothing_was_done(self, committed_db):
        scene = Scene()
        with Stepped() as one, Stepped() as other:
            one.do(lambda: OPERATIONS["debit"](scene))
            assert other.do(lambda: OPERATIONS["debit"](scene)) is Unavailable
            other.rollback()
            one.commit()
        assert scene.figures() == serially("debit")[1]

    def test_is_under_read_committed(self, committed_db):
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            assert cursor.fetchone() == ("read committed",)
