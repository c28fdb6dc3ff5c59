"""Booking through the use cases."""

from tests.conftest import gbp, wallet_of
from wallets.services import transfers


class TestTransfer:
    def test_moves_the_amount(self, alice, bob, actor):
        payer, payee = wallet_of(alice, funded="100.00"), wallet_of(bob)
        transfers.transfer(payer=payer, payee=payee, amount=gbp("30.00"), actor=actor)
        payer.refresh_from_db()
        payee.refresh_from_db()
        assert (payer.available, payee.available) == (70, 30)
