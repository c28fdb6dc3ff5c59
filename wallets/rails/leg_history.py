"""Legs: transactions of several lines, each a signed amount on one account, summing to zero."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby

from coinhub.core.money import CONTEXT
from wallets.rails.history import Entry, Refusal, RowRefused, cell, fingerprint, named, whole

SATOSHI_DECIMALS = 8  # 100,000,000 satoshi are one bitcoin
OUTSIDE = frozenset({"issue", "fee"})  # money that is new, or that nobody here receives
KINDS = OUTSIDE | {"input", "output"}
MOST_LEGS = 5000


class LegHistory:
    """Reads rows that are legs; those of one transaction stand together and sum to zero."""

    name = "legs"
    currency = "BTC"
    columns = frozenset({"txid", "leg", "kind", "account", "satoshi", "time"})

    def entries(self, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[Entry | Refusal]:
        """Turn the legs of each transaction into one entry, or say why not."""
        for _, group in groupby(rows, key=lambda numbered: numbered[1].get("txid")):
            legs = list(group)
            try:
                yield _entry(legs)
            except RowRefused as refusal:
                yield Refusal(legs[0][0], str(refusal))


def _entry(rows: list[tuple[int, dict[str, str]]]) -> Entry:
    number, first = rows[0]
    txid = cell(first, "txid")
    if not txid or len(txid) > 140:
        raise RowRefused("txid is empty or longer than 140 characters")
    if len(rows) > MOST_LEGS:
        raise RowRefused(f"a transaction has at most {MOST_LEGS} legs, this one {len(rows)}")
    legs = [leg for place, (_, cells) in enumerate(rows, start=1) if (leg := _leg(place, cells))[1]]
    satoshi = sum(moved for _, moved in legs)
    if satoshi:
        raise RowRefused(f"the legs of {txid} sum to {satoshi} satoshi, not to zero")
    return Entry(
        row=number,
        key=named(txid),
        legs=tuple((account, _coins(moved)) for account, moved in legs),
        reference=txid,
        value_date=_moment(whole(first, "time")).date(),
        fingerprint=fingerprint(*(cells for _, cells in rows)),
        note=f"block {first['block']}" if first.get("block") else "",
        details={name: first[name] for name in ("block", "tx", "time") if first.get(name)},
    )


def _leg(place: int, cells: dict[str, str]) -> tuple[str | None, int]:
    kind, account = cell(cells, "kind"), cell(cells, "account")
    if whole(cells, "leg") != place:
        raise RowRefused(f"leg {cells['leg']} stands in place {place}: legs are missing or moved")
    if kind not in KINDS:
        raise RowRefused(f"kind is none of {', '.join(sorted(KINDS))}: {kind[:40]!r}")
    if kind not in OUTSIDE and (not account or len(account) > 60):
        raise RowRefused("account is empty or longer than 60 characters")
    return None if kind in OUTSIDE else account, whole(cells, "satoshi")


def _coins(satoshi: int) -> Decimal:
    return CONTEXT.scaleb(Decimal(satoshi), -SATOSHI_DECIMALS)


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise RowRefused(f"time is not a moment in Unix seconds: {seconds}") from None
