"""How much a test does: little in every run, all of it with ``COINHUB_TEST_FULL=1``."""

import os

IS_FULL = os.environ.get("COINHUB_TEST_FULL") == "1"


def many(short: int, full: int) -> int:
    """Choose how often something is tried."""
    return full if IS_FULL else short
