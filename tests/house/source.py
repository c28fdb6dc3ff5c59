"""The project's own source, as files and as syntax trees."""

import ast
import subprocess
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("coinhub", "kyc", "wallets", "integrity")


@lru_cache
def tracked() -> tuple[Path, ...]:
    """List the files of the repository, those not committed yet included."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    found = [ROOT / name for name in names if name]
    if not found:  # an exported copy without its history
        found = [path for path in ROOT.rglob("*") if not {".git", ".venv", "var"} & set(path.parts)]
    return tuple(path for path in found if path.is_file())


def python_files(*packages: str) -> list[Path]:
    """List the Python files of packages (of all, when none is named), migrations left out."""
    wanted = packages or PACKAGES
    return [
        path
        for path in tracked()
        if path.suffix == ".py"
        and any(path.is_relative_to(ROOT / package) for package in wanted)
        and "migrations" not in path.parts
    ]


@lru_cache
def tree_of(path: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path, node: ast.AST | None = None) -> str:
    """Say where something stands."""
    place = f":{node.lineno}" if node is not None and hasattr(node, "lineno") else ""
    return f"{path.relative_to(ROOT)}{place}"
