"""The rows of the benchmark: a figure, its reference, their ratio, and how far it should reach."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

CASES = {
    # case measured against: name, reach
    ("post_journal", "pgbench"): (
        "post_journal from Django, against pgbench calling the same function",
        0.80,
    ),
    ("transfer", "pgbench"): (
        "transfer through the service, everything on, against the same",
        0.55,
    ),
    ("transfer", "orm"): ("the same transfer, against the ORM written idiomatically", 8.0),
    ("transfer", "hordak"): ("the same transfer, against django-hordak's transfer_to alone", 5.0),
    ("transfer", "hordak_checked"): (
        "the same transfer, against transfer_to after a look at the locked balance",
        5.0,
    ),
}
GROWTH = {
    "post_journal": ("posting at {large:,} postings, against {small:,}", 0.90),
    "read_balance": ("reading a balance at {large:,} postings, against {small:,}", 0.90),
}
CPU_US = 250.0
FEE_REACH = 0.90
HTTP_REACH = 0.45
Order = Callable[[Iterable[str], int], list[str]]  # the names in their turn in a round


@dataclass(frozen=True)
class Row:
    """One line of the table; rates are per second."""

    name: str
    figure: float | None
    reference: float | None
    ratio: float | None
    reach: float
    verdict: str


def against(name: str, figures: Sequence[float], references: Sequence[float], reach: float) -> Row:
    """Judge rates by the median over the rounds of each round's own ratio."""
    ratio = median(f / r for f, r in zip(figures, references, strict=True))
    verdict = "reached" if ratio >= reach else "short"
    return Row(name, median(figures), median(references), ratio, reach, verdict)


def at_most(name: str, figures: Sequence[float], reach: float) -> Row:
    """Judge a figure that should stay below something."""
    figure = median(figures)
    return Row(name, figure, reach, figure / reach, 1.0, "reached" if figure <= reach else "short")


def skipped(name: str, reach: float, why: str) -> Row:
    """Say that something was not measured, and why."""
    return Row(name, None, None, None, reach, f"skipped: {why}")


def table(rows: Sequence[Row]) -> str:
    """Put the rows into columns for people."""
    width = max(len(row.name) for row in rows)
    lines = [f"{'':{width}}  {'figure':>10} {'reference':>10} {'ratio':>7} {'reach':>6}  verdict"]
    for row in rows:
        figures = "".join(
            f"{'-' if value is None else format(value, form):>{size}} "
            for value, form, size in (
                (row.figure, ",.0f", 10),
                (row.reference, ",.0f", 10),
                (row.ratio, ".2f", 7),
                (row.reach, ".2f", 6),
            )
        )
        lines.append(f"{row.name:{width}}  {figures} {row.verdict}")
    return "\n".join(lines) + "\n"
