"""The balance drawn over time."""

from decimal import Decimal

from wallets.web.curve import draw


def points(svg: str) -> list[tuple[Decimal, Decimal]]:
    drawn = svg.split("<polyline")[1].split('points="')[1].split('"')[0]
    return [(Decimal(x), Decimal(y)) for x, y in (pair.split(",") for pair in drawn.split())]


def test_two_points_are_no_curve():
    assert draw([Decimal(1), Decimal(2)], "balance") is None


def test_the_highest_balance_touches_the_top_and_zero_the_bottom():
    drawn = points(draw([Decimal(0), Decimal(50), Decimal(100)], "balance"))
    assert drawn == [(0, 72), (300, 36), (600, 0)]


def test_an_overdraft_moves_the_zero_line_up():
    drawn = points(draw([Decimal(-50), Decimal(0), Decimal(50)], "balance"))
    assert [y for _, y in drawn] == [72, 36, 0]


def test_a_wallet_that_was_always_empty_is_drawn_flat():
    assert {y for _, y in points(draw([Decimal(0)] * 4, "balance"))} == {Decimal(72)}


def test_the_description_is_read_out_and_escaped():
    assert 'aria-label="&lt;b&gt; wallet"' in draw([Decimal(1)] * 3, "<b> wallet")
