"""The story of the demo people: who they are and what they paid in the last weeks; pure data.

Every step has a fixed name, so that it is booked once however often the demo is made. The available
balances at the end are those promised in the contract; a test adds the steps up.
"""

from dataclasses import dataclass
from typing import Literal

from coinhub.users import roles

Kind = Literal["deposit", "withdrawal", "transfer", "card", "card_let_go", "card_open"]


@dataclass(frozen=True, slots=True)
class Person:
    """One of the demo people; ``kyc`` is the status of the case, empty for no case."""

    email: str
    name: str
    kyc: str = ""
    group: str = ""
    is_superuser: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: who paid what, how many days ago, to whom, with which words."""

    name: str
    kind: Kind
    days_ago: int
    who: str
    amount: str
    currency: str
    words: str
    to: str = ""
    taken: str = ""


ALICE = "alice@example.com"
BOB = "bob@example.com"
CAROL = "carol@example.com"
DAVE = "dave@example.com"

PEOPLE = (
    Person(ALICE, "Alice Novak", kyc="approved"),
    Person(BOB, "Bob Ellis", kyc="approved"),
    Person(CAROL, "Carol Weber", kyc="pending"),
    Person(DAVE, "Dave Moreau"),
    Person("maker@example.com", "Mia Maker", group=roles.OPERATIONS),
    Person("checker@example.com", "Chris Checker", group=roles.OPERATIONS),
    Person("kyc@example.com", "Kim Case", group=roles.KYC),
    Person("auditor@example.com", "Ada Auditor", group=roles.AUDITOR),
    Person("admin@example.com", "Ari Admin", is_superuser=True),
)

# What the house has of its own: treasury, then reserve.
FUNDING = (
    ("GBP", "150000.00", "30000.00"),
    ("USD", "150000.00", "30000.00"),
    ("EUR", "150000.00", "30000.00"),
    ("CZK", "3000000.00", "600000.00"),
    ("JPY", "25000000", "5000000"),
    ("BTC", "8.00000000", "2.00000000"),
    ("ETH", "100", "20"),
    ("USDT", "100000.000000", "20000.000000"),
    ("PTS", "100000", "20000"),
)

STEPS = (
    Step("alice-gbp-01", "deposit", 26, ALICE, "4200.00", "GBP", "Salary"),
    Step("alice-gbp-02", "deposit", 25, ALICE, "7000.00", "GBP", "From my savings"),
    Step("bob-gbp-01", "deposit", 25, BOB, "9000.00", "GBP", "Salary and savings"),
    Step("alice-gbp-03", "transfer", 24, ALICE, "650.00", "GBP", "Rent, my half", to=BOB),
    Step("alice-usd-01", "deposit", 23, ALICE, "12000.00", "USD", "Invoice 2041, Boston"),
    Step("bob-usd-01", "deposit", 22, BOB, "9500.00", "USD", "Royalties"),
    Step("bob-gbp-02", "transfer", 21, BOB, "32.40", "GBP", "Dinner on Friday", to=ALICE),
    Step("alice-btc-01", "deposit", 20, ALICE, "1.25000000", "BTC", "From my own wallet"),
    Step("bob-btc-01", "deposit", 20, BOB, "0.80000000", "BTC", "From cold storage"),
    Step("alice-gbp-04", "card", 19, ALICE, "89.90", "GBP", "Bookshop", taken="84.50"),
    Step("bob-gbp-03", "card", 18, BOB, "61.20", "GBP", "Train tickets", taken="61.20"),
    Step("alice-eth-01", "deposit", 17, ALICE, "12.5", "ETH", "From my own wallet"),
    Step("bob-eth-01", "deposit", 17, BOB, "9.75", "ETH", "Staking paid out"),
    Step("alice-gbp-05", "card_let_go", 16, ALICE, "120.00", "GBP", "Hotel, cancelled"),
    Step("alice-eur-01", "deposit", 15, ALICE, "300.00", "EUR", "Holiday money"),
    Step("alice-pts-01", "deposit", 15, ALICE, "1200", "PTS", "Welcome points"),
    Step("bob-pts-01", "deposit", 15, BOB, "800", "PTS", "Welcome points"),
    Step("alice-gbp-06", "transfer", 14, ALICE, "118.25", "GBP", "Electricity and water", to=BOB),
    Step("alice-usd-02", "withdrawal", 13, ALICE, "1500.00", "USD", "To my bank"),
    Step("bob-gbp-04", "withdrawal", 12, BOB, "300.00", "GBP", "To my bank"),
    Step("alice-usd-03", "transfer", 11, ALICE, "1250.00", "USD", "Flights to Boston", to=BOB),
    Step("alice-usdt-01", "deposit", 11, ALICE, "6000.000000", "USDT", "From an exchange"),
    Step("bob-usdt-01", "deposit", 10, BOB, "4200.000000", "USDT", "From an exchange"),
    Step("alice-gbp-07", "withdrawal", 10, ALICE, "500.00", "GBP", "To my bank"),
    Step("alice-btc-02", "transfer", 9, ALICE, "0.25000000", "BTC", "You won the bet", to=BOB),
    Step("bob-gbp-05", "transfer", 8, BOB, "75.00", "GBP", "Concert tickets", to=ALICE),
    Step("alice-eth-02", "withdrawal", 7, ALICE, "2.25", "ETH", "To my own wallet"),
    Step("alice-usdt-02", "transfer", 6, ALICE, "1000.000000", "USDT", "Invoice 118", to=BOB),
    Step("bob-gbp-06", "deposit", 6, BOB, "595.70", "GBP", "Sold the bicycle"),
    Step("alice-gbp-08", "deposit", 5, ALICE, "150.00", "GBP", "Refund from the shop"),
    Step("carol-gbp-01", "deposit", 5, CAROL, "500.00", "GBP", "First deposit"),
    Step("alice-pts-02", "transfer", 5, ALICE, "200", "PTS", "Thanks for the lift", to=BOB),
    Step("bob-usd-02", "transfer", 4, BOB, "750.00", "USD", "My share of the hotel", to=ALICE),
    Step("alice-eth-03", "transfer", 4, ALICE, "0.25", "ETH", "Domain for a year", to=BOB),
    Step("bob-btc-02", "withdrawal", 3, BOB, "0.05000000", "BTC", "To cold storage"),
    Step("bob-usdt-02", "withdrawal", 3, BOB, "200.000000", "USDT", "To an exchange"),
    Step("alice-gbp-09", "transfer", 2, ALICE, "104.65", "GBP", "Groceries and the taxi", to=BOB),
    Step("alice-eur-02", "card_open", 1, ALICE, "48.60", "EUR", "Car hire"),
)
