"""Waiting until what was booked can be folded: the horizon is the whole server's, not a test's."""

import time

from django.db import connection

from wallets.models import Wallet

PASSED = """
SELECT coalesce(max(xact_id) < pg_snapshot_xmin(pg_current_snapshot()), true)
FROM wallets_posting WHERE wallet_id = %s
"""


def settle(wallet: Wallet) -> None:
    """Wait until no open transaction of the server is older than what is booked on the wallet.

    Another test's transaction or a statistics run holds a fold up, so what one call of a fold takes
    is known only afterwards. The horizon never goes back: once passed, it stays passed.
    """
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(PASSED, [wallet.pk])
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise TimeoutError("somebody holds a transaction open for a minute")
