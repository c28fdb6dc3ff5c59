"""The malware scan: an interface, and the sandbox's scanner, which knows the test file."""

from collections.abc import Callable

from kyc.pictures.refused import Refused

Scanner = Callable[[bytes], bool]  # says whether something harmful was found

# The standard test file of scanners, in two parts so that this file is not taken for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD" + rb"-ANTIVIRUS-TEST-FILE!$H+H*"


def finds_test_file(data: bytes) -> bool:
    """Find the standard test file, wherever it stands."""
    return EICAR in data


_scanners: list[Scanner] = [finds_test_file]


def use(scanner: Scanner) -> None:
    """Add a scanner, such as one that asks a daemon; any of them may object."""
    _scanners.append(scanner)


def require_harmless(data: bytes) -> None:
    """Refuse what a scanner finds harmful; a scanner that fails lets nothing through.

    Raises: Refused.
    """
    if any(scanner(data) for scanner in _scanners):
        raise Refused("malware")
