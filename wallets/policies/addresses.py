"""Is it an address of this network? Checksums are checked; what is not certain is refused.

Every answer is the one canonical way to write that address, so that one place outside is not two
entries of an address book.
"""

from collections.abc import Callable

from coinhub.core.errors import DomainError
from wallets.models import Currency
from wallets.policies.encodings import base58, bech32, iban
from wallets.policies.encodings.keccak import keccak_256

BITCOIN, BITCOIN_TESTNET, ETHEREUM, TRON = "bitcoin", "bitcoin-testnet", "ethereum", "tron"
IBAN = "iban"
LONGEST = 100  # longer than any address
HASH = 20  # bytes of a hash of a key or script
TRON_VERSION = 0x41

# The networks on which money may leave, by currency; fiat leaves to a bank account.
NETWORKS: dict[str, tuple[str, ...]] = {
    "BTC": (BITCOIN,),
    "ETH": (ETHEREUM,),
    "USDT": (ETHEREUM, TRON),
}


class AddressInvalid(DomainError):
    """It is no address of that network; the detail says why."""

    code = "ADDRESS_INVALID"
    title = "The address is not valid"


class NetworkUnsupported(DomainError):
    """The currency does not leave over that network; ``networks`` lists those it takes."""

    code = "NETWORK_UNSUPPORTED"
    title = "This currency cannot be sent over this network"


def networks_of(currency: Currency) -> tuple[str, ...]:
    """List the networks over which a currency may leave; points never leave."""
    if currency.kind == Currency.Kind.FIAT:
        return (IBAN,)
    return NETWORKS.get(currency.pk, ())


def require_network(currency: Currency, network: str) -> None:
    """Refuse a network over which the currency does not leave.

    Raises: NetworkUnsupported.
    """
    networks = networks_of(currency)
    if network not in networks:
        raise NetworkUnsupported(
            f"{currency.pk} leaves over {' or '.join(networks) or 'no network'}",
            networks=list(networks),
        )


def require_address(network: str, text: str) -> str:
    """Give an address in its canonical form.

    Raises: AddressInvalid for anything that is no address of that network.
    Source: BIP-173, BIP-350, EIP-55, ISO 13616; base58check of Bitcoin and Tron.
    """
    if network not in READERS:
        raise AddressInvalid("there is no such network")
    if not isinstance(text, str) or not text.isascii() or not 0 < len(text) <= LONGEST:
        raise AddressInvalid("this is no address: its form is wrong")
    try:
        return READERS[network](text)
    except ValueError as problem:
        raise AddressInvalid(f"this is no address of {network}: {problem}") from None


def masked(address: str) -> str:
    """Show the ends of an address, by which its owner knows it."""
    return f"{address[:6]}…{address[-4:]}"


def _bitcoin(prefix: str, versions: tuple[int, ...]) -> Callable[[str], str]:
    """Make a reader of one of Bitcoin's networks."""

    def read(text: str) -> str:
        if text.lower().startswith(("bc1", "tb1")):
            bech32.decode_witness(text, prefix)
            return text.lower()
        payload = base58.decode_check(text)
        if len(payload) != 1 + HASH:
            raise ValueError("its length is wrong")
        if payload[0] not in versions:
            raise ValueError("it is of another network")
        return text

    return read


def _tron(text: str) -> str:
    payload = base58.decode_check(text)
    if len(payload) != 1 + HASH or payload[0] != TRON_VERSION:
        raise ValueError("it is of another network")
    return text


def _ethereum(text: str) -> str:
    """Read 20 bytes in hexadecimal; capital letters, where some are small, are the checksum."""
    digits = text.removeprefix("0x")
    if len(text) != len(digits) + 2 or len(digits) != 2 * HASH:
        raise ValueError("it is not 0x and 40 digits")
    if any(sign not in "0123456789abcdefABCDEF" for sign in digits):
        raise ValueError("it has signs that are no digits")
    checksum = keccak_256(digits.lower().encode()).hex()
    signed = "".join(
        sign.upper() if mark in "89abcdef" else sign
        for sign, mark in zip(digits.lower(), checksum, strict=False)
    )
    if digits not in (signed, digits.lower(), digits.upper()):
        raise ValueError("its checksum is wrong: some letter is in the wrong case")
    return f"0x{signed}"


READERS: dict[str, Callable[[str], str]] = {
    BITCOIN: _bitcoin("bc", (0x00, 0x05)),
    BITCOIN_TESTNET: _bitcoin("tb", (0x6F, 0xC4)),
    ETHEREUM: _ethereum,
    TRON: _tron,
    IBAN: lambda text: iban.decode(text)[1],
}
