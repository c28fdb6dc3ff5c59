"""Identifiers: unguessable, in the order of time, and on a shard for life."""

import time
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from coinhub.core.ids import SHARDS, new_public_id, shard_of


class TestPublicIds:
    def test_are_version_7_uuids_and_never_the_same(self):
        made = [new_public_id() for _ in range(2_000)]
        assert len(set(made)) == len(made)
        assert {(made_id.version, made_id.variant) for made_id in made} == {
            (7, "specified in RFC 4122")
        }

    def test_begin_with_the_millisecond_they_were_made_in(self):
        before = time.time_ns() // 1_000_000
        made = new_public_id()
        after = time.time_ns() // 1_000_000
        assert before <= made.int >> 80 <= after

    def test_share_nothing_but_the_time(self):
        first, second = new_public_id(), new_public_id()
        random_part = (1 << 62) - 1
        assert first.int & random_part != second.int & random_part


class TestShards:
    # Fixed for life: these are rows of ledgers that exist; a change here is a bug there.
    KNOWN = {
        "00000000-0000-0000-0000-000000000000": 839,
        "ffffffff-ffff-ffff-ffff-ffffffffffff": 710,
        "12345678-1234-5678-1234-567812345678": 459,
    }

    def test_of_the_house_is_0(self):
        assert shard_of(None) == 0

    @given(st.uuids())
    def test_are_0_to_1023(self, owner):
        assert 0 <= shard_of(owner) < SHARDS

    def test_spread_owners_evenly(self):
        counts = [0] * SHARDS
        for _ in range(SHARDS * 20):
            counts[shard_of(uuid4())] += 1
        assert max(counts) < 60
        assert counts.count(0) == 0

    def test_never_change(self):
        assert {text: shard_of(UUID(text)) for text in self.KNOWN} == self.KNOWN
