"""Opening wallets and changing their state, through the ledger's functions."""

from decimal import Decimal
from uuid import UUID

from coinhub.core.ids import new_public_id
from wallets.ledger.posting import call
from wallets.models import Wallet

OPEN_WALLET = """
SELECT wallet_id, opened
  FROM open_wallet_v2(%s::uuid, %s::text, %s::uuid, %s::text, %s::numeric, %s::boolean)
"""
SET_STATE = "SELECT set_wallet_state_v1(%s::bigint, %s::smallint, %s::text, %s::numeric)"


def open_wallet(
    *,
    owner_id: UUID | None,
    currency: str,
    code: str | None = None,
    floor: Decimal | None = Decimal(0),
    folded: bool = False,
) -> tuple[Wallet, bool]:
    """Open a wallet, or give the one there is, and say whether it was opened now.

    Atomic: one statement; joins the caller's transaction.
    Repeat: the wallet that exists, unchanged.
    Writes: Wallet.
    Raises: NotYours when there is no such currency.
    """
    wallet_id, opened = call(
        OPEN_WALLET, [owner_id, currency, new_public_id(), code, floor, folded]
    )
    return Wallet.objects.get(pk=wallet_id), opened


def set_state(wallet: Wallet, *, status: str | None = None, floor: Decimal | None = None) -> None:
    """Freeze, unfreeze or close a wallet, or set its floor; ``None`` leaves a value as it is.

    Atomic: one statement; joins the caller's transaction.
    Raises: WalletUnchangeable, NotYours for a wallet of the house.
    """
    call(SET_STATE, [wallet.pk, wallet.shard, status, floor])
