"""The drill ``storm``: what it finds, and where it cannot run."""

import json
from typing import Any

import pytest

from coinhub.core.embedded.errors import CannotRun
from coinhub.drills import storm
from coinhub.drills.storm_client import IN_PROGRESS, Journal, Met
from tests.live import live_site


class TestStorm:
    def test_the_same_request_at_once_moves_money_once(
        self, committed_db: None, settings: Any
    ) -> None:
        with live_site(workers=4, COINHUB_RATE_LIMITS="off") as base_url:
            plan = storm.Plan(
                rounds=2,
                clients=100,
                base_url=base_url,
                most_in_progress_ms=5000.0,  # the drill is alone on the machine
            )
            found = storm.run(plan)
        assert found["ok"], json.dumps(found, indent=1)
        assert set(found["rounds"].values()) == {2}
        assert found["in_progress_ms"]["timed by the server"] > 0

    def test_a_site_that_counts_calls_is_none_for_it(self, committed_db: None) -> None:
        with (
            live_site(workers=1, COINHUB_RATE_LIMITS="on") as base_url,
            pytest.raises(CannotRun, match="COINHUB_RATE_LIMITS"),
        ):
            storm.run(storm.Plan(rounds=1, clients=2, base_url=base_url))

    def test_a_server_that_keeps_repeats_waiting_is_found(self) -> None:
        tally = storm.Tally(rounds=1, waits_ms=[900.0] * 100, spent_ms=[210.0] * 98 + [260.0] * 2)
        found = storm.verdict(storm.Plan(), {"transfer": tally}, {})
        assert found["in_progress_ms"]["server, p99"] == 260.0
        assert not found["ok"]
        quick = storm.Tally(rounds=1, waits_ms=[900.0] * 100, spent_ms=[210.0] * 100)
        assert storm.verdict(storm.Plan(), {"transfer": quick}, {})["ok"]

    def test_what_must_not_be_is_seen(self) -> None:
        def met(status: int, code: str = "", *, is_replay: bool = False, body: str = "a") -> Any:
            return Met(status, code, is_replay, has_wait=False, seconds=0.1, body=body)

        tally = storm.Tally()
        journals = [
            Journal(1, [met(201)]),
            Journal(1, [met(201, body="b")]),
            Journal(1, [met(503, "TRY_AGAIN")]),
            Journal(2, [met(409, IN_PROGRESS)]),
        ]
        storm.judge(journals, 2, tally)
        assert tally.wrong == {
            "movements that are not one": 1,
            "originals that are not one": 1,
            "clients without a final answer": 1,
            "requests without an answer": 1,
            "answers that are no replay": 1,
            "replays that say something else": 1,
            "in progress without Retry-After": 1,
            "answers of 500 and more": 1,
        }
