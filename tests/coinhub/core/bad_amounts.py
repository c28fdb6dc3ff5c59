"""Texts and things that are no amount on the wire; for the tests of every edge that takes one."""

from decimal import Decimal

SIGNS = ["+1", "-1", "+1.50", "-1.50", "-0", "+0", "-0.00", "--1", "++1", "+-1", "1-", "1+", "1.5-"]
SIGNS += ["\u22121", "\u2012" + "1", "\u20131", "\u20141", "\uff0b1", "\uff0d1", "(1)", "(1.50)"]
EXPONENTS = [
    "1e1",
    "1E1",
    "1e+1",
    "1e-1",
    "1.5e3",
    "1.5E3",
    "0e0",
    "1e",
    "e1",
    "1e1.5",
    "1d1",
    "1p3",
]
EXPONENTS += ["1e308", "1e-308", "9e999", "0x1", "0x1F", "0X1p3", "0b11", "0o17", "1x10^3", "1*10"]
NO_NUMBERS = ["NaN", "nan", "NAN", "-NaN", "+nan", "sNaN", "snan", "nan(1)", "Infinity", "infinity"]
NO_NUMBERS += ["-Infinity", "+Infinity", "inf", "Inf", "INF", "-inf", "+inf", "1.#INF", "1.#QNAN"]
NO_NUMBERS += [
    "null",
    "None",
    "nil",
    "true",
    "false",
    "undefined",
    "zero",
    "one",
    "\u221e",
    "-\u221e",
]
ZEROS = [
    "00",
    "01",
    "007",
    "00.5",
    "01.50",
    "000000000000000000001",
    "0000.01",
    "-01",
    "00000000000",
]
POINTS = ["", ".", "1.", ".5", "1..5", "1.5.", ".1.5", "1.5.2", "..", "0.", ".0", "1.2.3.4", "5. "]
POINTS += [
    "1,5",
    "1,50",
    "1,000",
    "1,000.00",
    "1.000,00",
    "1'000",
    "1_000",
    "1_0.5",
    "1 000",
    "1;5",
]
POINTS += [
    "1\u066b5",
    "1\u066c000",
    "1\u00b75",
    "1\uff0e5",
    "1\u3002" + "5",
    "1\u20245",
    "1\u2019000",
]
SPACES = [
    " 1",
    "1 ",
    " 1 ",
    "1\n",
    "\n1",
    "1\r\n",
    "1\t",
    "\t1",
    "1 .5",
    "1. 5",
    "- 1",
    "1\x0b",
    "1\x0c",
]
SPACES += [
    "1\u00a0",
    "\u00a01",
    "1\u2009000",
    "1\u202f000",
    "1\u2003",
    "\u30001",
    "1\u2028",
    "1\u2029",
]
SPACES += [
    "\ufeff1",
    "1\ufeff",
    "1\u200b",
    "\u200b1",
    "1\u200d5",
    "1\x85",
    "1\x00",
    "\x001",
    "1\x1f",
]
SPACES += [
    "1\u00ad5",
    "\u202e1",
    "\u20661\u2069",
    "1\x7f",
    "1\x08",
    "1\u0301",
    "1\u20e3",
    "1\ufe0f",
]
# One and a half in the digits of other scripts; Python's int() and Decimal() would take them.
SCRIPTS = [f"{chr(zero + 1)}.{chr(zero + 5)}" for zero in (
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1B50, 0x1BB0, 0xA620, 0xA8D0,
    0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x11066, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
)]  # fmt: skip
SCRIPTS += [
    "\u0661",
    "1\u0660",
    "\uff11",
    "\uff11.50",
    "1.\uff15\uff10",
    "\u00b2",
    "1\u00b2",
    "\u00bd",
]
SCRIPTS += ["\u2460", "\u2163", "\u4e00", "\u58f9", "\u0be7\u0be6", "\u2150", "\u2080", "1\u2070"]
LONG = ["0.0000000000000000001", "1.1234567890123456789", "0.0000000000000000000", "1" + "0" * 20]
LONG += [
    "100000000000000000000",
    "999999999999999999999",
    "1" * 38,
    "1" * 39,
    "9" * 100,
    "0." + "1" * 19,
]
LONG += ["0." + "0" * 30, "1." + "0" * 19, "123456789012345678901.5", "1" * 5000, "0." + "1" * 5000]
MARKS = [
    "$1",
    "1$",
    "£1",
    "1£",
    "€1",
    "1 GBP",
    "GBP 1",
    "1GBP",
    "1%",
    "50%",
    "1/2",
    "1+1",
    "2-1",
    "2*3",
]
MARKS += [
    "1e",
    "1f",
    "1L",
    "1n",
    "1m",
    "#1",
    "=1",
    "=1+1",
    "@1",
    "~1",
    "1k",
    "1M",
    "10p",
    "½",
    "1#",
]
MARKS += [
    "'1'",
    '"1"',
    "1'",
    "1;DROP TABLE wallets_wallet",
    "1 OR 1=1",
    "1--",
    "{{1}}",
    "${1}",
    "1\\",
]
MARKS += [
    "[1]",
    "{1}",
    "<1>",
    "%31",
    "&#49;",
    "\\x31",
    "\\u0031",
    "one",
    "1a",
    "a1",
    "abc",
    "1,2,3",
]
NOT_TEXT = [None, 1, 0, -1, 1.5, 0.1, True, False, Decimal("1.5"), b"1.50", ["1.50"], ("1.50",)]
NOT_TEXT += [{"amount": "1.50"}, [], {}, 10**30, float("inf"), complex(1, 0), object]

_ALL = [
    *SIGNS, *EXPONENTS, *NO_NUMBERS, *ZEROS, *POINTS, *SPACES, *SCRIPTS, *LONG, *MARKS, *NOT_TEXT,
]  # fmt: skip
BAD_FORMS = list({repr(form): form for form in _ALL}.values())
