"""How far a long command is: a bar on a terminal, a line every few seconds elsewhere."""

import time
from typing import TextIO

WIDTH = 30
EVERY_S = {True: 0.1, False: 3.0}  # on a terminal, elsewhere


class Progress:
    """Shows how many of the rows are done; called with both numbers."""

    def __init__(self, stream: TextIO, what: str = "rows") -> None:
        """Start the clock."""
        self.stream, self.what = stream, what
        self.is_terminal = stream.isatty()
        self.started = time.monotonic()
        self.shown_at = self.started

    def __call__(self, done: int, whole: int) -> None:
        """Show how far it is, when it is time to."""
        now = time.monotonic()
        if done < whole and now - self.shown_at < EVERY_S[self.is_terminal]:
            return
        self.shown_at = now
        rate = done / max(now - self.started, 1e-6)
        text = f"{done:,} of {whole:,} {self.what}, {rate:,.0f} a second"
        if not self.is_terminal:
            self.stream.write(f"{text}\n")
        else:
            filled = WIDTH * done // max(whole, 1)
            bar = "█" * filled + "░" * (WIDTH - filled)
            self.stream.write(f"\r{bar} {text}\033[K" + ("\n" if done >= whole else ""))
        self.stream.flush()
