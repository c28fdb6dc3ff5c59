import subprocess
from pathlib import Path

import pytest

from coinhub.cli import environment
from coinhub.core.embedded.errors import CannotRun


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text(f"# {name}\n")
    monkeypatch.setattr(environment, "PROJECT", tmp_path)
    return tmp_path


class Installer:
    """Stands for the outside programs: notes what was asked, and answers as it was told."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.asked: list[list[str]] = []
        self.fails = False

    def __call__(self, argv: list[str]) -> subprocess.CompletedProcess[str]:
        self.asked.append(argv)
        if "venv" in argv:
            environment.python_of(self.home).parent.mkdir(parents=True, exist_ok=True)
            environment.python_of(self.home).touch()
        code = 1 if self.fails and "install" in argv else 0
        shown = environment.platform.python_version() if argv[1] == "-c" else ""
        return subprocess.CompletedProcess(argv, code, stdout=shown, stderr="error: no network")

    @property
    def installs(self) -> int:
        lists = [argv for argv in self.asked if any("requirements" in part for part in argv)]
        return len(lists)


@pytest.fixture
def installer(project: Path, monkeypatch: pytest.MonkeyPatch) -> Installer:
    made = Installer(project / ".venv")
    monkeypatch.setattr(environment, "_run", made)
    return made


def test_is_made_once_and_then_left_alone(project: Path, installer: Installer) -> None:
    python = environment.ensure(project / "var", dev=False)
    environment.ensure(project / "var", dev=False)

    assert python == project / ".venv" / "bin" / "python"
    assert installer.installs == 1


def test_is_brought_up_to_date_when_the_packages_change(
    project: Path, installer: Installer
) -> None:
    environment.ensure(project / "var", dev=False)
    (project / "requirements.txt").write_text("# more\n")

    environment.ensure(project / "var", dev=False)

    assert installer.installs == 2


def test_an_interrupted_installation_never_counts(project: Path, installer: Installer) -> None:
    environment.ensure(project / "var", dev=False)
    (project / "requirements.txt").write_text("# more\n")
    installer.fails = True
    with pytest.raises(CannotRun, match="packages cannot be installed: error: no network"):
        environment.ensure(project / "var", dev=False)
    (project / "requirements.txt").write_text("# requirements.txt\n")  # as it was at first
    installer.fails = False
    before = installer.installs

    environment.ensure(project / "var", dev=False)

    assert installer.installs == before + 1


def test_development_tools_come_when_they_are_needed_and_stay(
    project: Path, installer: Installer
) -> None:
    environment.ensure(project / "var", dev=False)
    environment.ensure(project / "var", dev=True)
    environment.ensure(project / "var", dev=False)
    environment.ensure(project / "var", dev=True)

    assert installer.installs == 2


def test_another_interpreter_gets_an_environment_of_its_own(
    project: Path, installer: Installer, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.ensure(project / "var", dev=False)
    monkeypatch.setattr(environment.platform, "python_implementation", lambda: "OtherPython")

    environment.ensure(project / "var", dev=False)

    assert installer.installs == 2


def test_an_environment_that_was_only_half_made_is_made_again(
    project: Path, installer: Installer
) -> None:
    python = environment.python_of(project / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()

    environment.ensure(project / "var", dev=False)

    assert any("--clear" in argv for argv in installer.asked)
    assert installer.installs == 1


def test_the_installer_itself_is_taken_by_its_hash() -> None:
    pin = environment._pin_of("uv").splitlines()

    assert pin[0].startswith("uv==")
    assert len(pin) > 1
    assert all(line.startswith("    --hash=sha256:") for line in pin[1:])
