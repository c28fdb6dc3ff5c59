"""Short memory: read once a moment, bounded, forgotten on request."""

import time

import pytest

from coinhub.core import recent
from coinhub.core.recent import Recent


class Source:
    """Answers with how often it was asked."""

    def __init__(self):
        self.asked = []

    def read(self, key):
        self.asked.append(key)
        return len(self.asked)


@pytest.fixture
def source():
    return Source()


class TestRecent:
    def test_reads_once_for_a_moment_and_then_anew(self, source, monkeypatch):
        clock = [100.0]
        monkeypatch.setattr(time, "monotonic", lambda: clock[0])
        kept = Recent(source.read, seconds=2)
        assert [kept.get("a"), kept.get("a")] == [1, 1]
        clock[0] += 1.9
        assert kept.get("a") == 1
        clock[0] += 0.1
        assert kept.get("a") == 2

    def test_keeps_so_many_and_drops_the_oldest(self, source):
        kept = Recent(source.read, most=2)
        for key in ("a", "b", "c"):
            kept.get(key)
        assert kept.get("c") == 3
        assert kept.get("b") == 2
        assert kept.get("a") == 4
        assert len(kept._kept) == 2

    def test_an_error_is_not_an_answer(self):
        def fail_first(key, seen=[]):  # noqa: B006  # remembers on purpose
            seen.append(key)
            if len(seen) == 1:
                raise ValueError
            return "found"

        kept = Recent(fail_first)
        with pytest.raises(ValueError, match="^$"):
            kept.get("a")
        assert kept.get("a") == "found"

    def test_forgets_when_told(self, source):
        kept = Recent(source.read)
        kept.get("a")
        kept.forget()
        assert kept.get("a") == 2
        recent.forget_all()
        assert kept.get("a") == 3
