"""Folding: the rows of the house's folded wallets are brought up to their postings."""

from dataclasses import dataclass

import structlog
from django.db import connection, transaction

from coinhub.core.errors import Unavailable
from wallets.ledger.posting import call
from wallets.selectors import folded

FOLD = "SELECT postings FROM fold_wallet_v1(%s::bigint, %s::smallint)"
# After an outage there is more to add up than a request may take time for.
LONGEST = ("SET LOCAL transaction_timeout = 0", "SET LOCAL statement_timeout = '60s'")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Folded:
    """What one round did: wallets and postings folded, and wallets left for the next round."""

    wallets: int
    postings: int
    busy: int


def fold_all() -> Folded:
    """Fold every folded wallet that has postings to fold; a busy one waits for the next round.

    Atomic: each wallet by itself.
    Repeat: what is folded already is left alone; two rounds at once wait for each other.
    Writes: balances of Wallets, a Fold each.
    """
    done = postings = busy = 0
    for wallet_id, shard in folded.list_to_fold():
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    for setting in LONGEST:
                        cursor.execute(setting)
                count = int(call(FOLD, [wallet_id, shard])[0])
        except Unavailable:
            busy += 1
            log.warning("wallet_not_folded", wallet=wallet_id)
            continue
        done += bool(count)
        postings += count
    return Folded(done, postings, busy)
