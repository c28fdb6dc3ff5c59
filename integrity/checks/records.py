"""A transaction says what its postings moved, and its status fits its holds."""

from dataclasses import dataclass, field

from integrity.checks.found import Found
from integrity.selectors.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Judged:
    """Records that mislead, and operations that nothing can finish any more."""

    misleading: list[Found] = field(default_factory=list)
    stuck: list[Found] = field(default_factory=list)


def judge(snapshot: Snapshot) -> Judged:
    """Compare every transaction with its postings and its holds."""
    judged = Judged()
    for row in snapshot.rows("records"):
        figures = {name: str(row[name]) for name in ("amount", "payer_net", "payee_net", "on_hold")}
        place = f"transaction {row['transaction_id']}, {row['status']}"
        if not row["says_what_moved"]:
            judged.misleading.append(
                Found("records", "record and postings disagree", place, figures=figures)
            )
        if not row["gave_back_at_most_all"]:
            judged.misleading.append(
                Found("records", "more went back than was paid", place, figures=figures)
            )
        if not row["fits_its_holds"]:
            judged.stuck.append(
                Found("records", "status and holds disagree", place, figures=figures)
            )
    return judged
