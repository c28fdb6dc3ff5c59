"""The quick start for clients, run as it stands against an installation started for it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.coinhub.cli.test_up import Installation, started

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "quick-start.md").read_text(encoding="utf-8")


def blocks(language: str) -> str:
    """Join the blocks of a language, in their order."""
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Give a sandbox with the demo people."""
    with started() as made:
        yield made


def run(made: Installation, program: list[str]) -> str:
    """Run what a reader would run; only the address is told, as the document says."""
    told = {"COINHUB_URL": made.base_url, "COINHUB_STATE_DIR": str(made.state)}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        program,
        env={**made.environment, **told, "PATH": path},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_document_does_what_it_says(installation: Installation) -> None:
    shell, python = blocks("sh"), blocks("python")
    assert shell.count("curl") >= 7
    said = run(installation, ["bash", "-euo", "pipefail", "-c", shell])
    assert "IDEMPOTENCY_KEY_REUSED\nVALIDATION_ERROR\n" in said
    said = run(installation, [sys.executable, "-c", python])
    assert "to confirm: {" in said
    assert "pending_review to " in said
