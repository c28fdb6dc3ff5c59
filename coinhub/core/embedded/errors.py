"""The one refusal of the runner."""


class CannotRun(Exception):
    """Something outside CoinHub stands in the way; the text is one line for the operator."""
