"""The checksum of an audit event: over everything, the same from every writer, computed twice."""

import hashlib
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction

from coinhub.core.actor import Actor, system
from coinhub.core.db import sql_file
from coinhub.events import audit, checksum
from coinhub.events.models import AuditEvent
from tests.conftest import wallet_of
from tests.sessions import as_application, as_owner, as_superuser

ODD = "a 'quote', \"two\", a \\ back, a line\nanother, \N{SNOWMAN} \N{PILE OF POO}, 5:x,-"


def written(**named):
    with transaction.atomic():
        return audit.record(
            **{
                "actor": system(),
                "action": "test.done",
                "object_type": "test",
                "object_id": "1",
                **named,
            }
        )


class TestChecksum:
    @pytest.mark.django_db
    @pytest.mark.parametrize(
        "named",
        [
            {},
            {"actor": Actor("staff", uuid4(), "r-1", "192.0.2.7")},
            {"actor": Actor("customer", uuid4(), "", "2001:db8::1")},
            {"before": {}, "after": None},
            {"before": {"b": 1, "a": [1.50, None, True, "x"], "longer": {"z": 10**30}}},
            {"before": {"text": ODD}, "after": {ODD: ODD}, "object_id": ODD[:60]},
            {"shard": 1023},
        ],
    )
    def test_is_what_python_computes(self, named):
        event = written(**named)
        assert checksum.agrees(event.pk)
        assert len(AuditEvent.objects.get(pk=event.pk).checksum) == 32

    @pytest.mark.django_db
    def test_is_the_sha256_of_the_text_described(self):
        event = written(actor=Actor("staff", None, "r-1", "192.0.2.7"), before={"a": 1})
        event.refresh_from_db()
        moment = checksum.microseconds(event.occurred_at)
        text = (
            f"coinhub-audit-1,{len(str(event.pk))}:{event.pk},1:0,{len(moment)}:{moment},5:staff,-,"
            f'12:192.0.2.7/32,3:r-1,9:test.done,4:test,1:1,8:{{"a": 1}},-,'
            f"{len(str(event.xact_id))}:{event.xact_id}"
        )
        assert bytes(event.checksum) == hashlib.sha256(text.encode()).digest()

    def test_no_two_rows_have_one_text(self):
        rows = [
            ["a", "b"],
            ["a,1:b", None],
            ["a", None],
            [None, "a"],
            ["", "a"],
            ["-", "a"],
            ["1:a", ""],
        ]
        assert len({checksum.canonical(row) for row in rows}) == len(rows)

    @pytest.mark.django_db
    def test_is_on_what_the_ledger_writes_itself(self, alice):
        wallet_of(alice, funded="5.00")
        events = AuditEvent.objects.exclude(object_type="test")
        assert events.filter(object_type="transaction").exists()
        assert list(checksum.find_wrong(events)) == []

    def test_is_not_the_writers_to_choose(self, committed_db):
        with as_application() as here:
            said, key = here.execute(
                "INSERT INTO events_auditevent (shard, actor_kind, request_id, action, object_type,"
                " object_id, checksum) VALUES (0, 'system', '', 'test.done', 'test', '1',"
                " sha256('mine')) RETURNING checksum = sha256('mine'), id"
            ).fetchone()
            here.commit()
        assert said is False
        assert checksum.agrees(key)

    @pytest.mark.parametrize(
        "change",
        [
            "shard = 7", "occurred_at = occurred_at - interval '1 microsecond'",
            "actor_kind = 'worker'", "actor_id = gen_random_uuid()", "address = '192.0.2.9'",
            "request_id = 'x'", "action = 'test.undone'", "object_type = 'tes'", "object_id = '2'",
            "before = NULL", "after = '[2]'", "xact_id = '1'::xid8", "checksum = sha256('x')",
        ],
    )  # fmt: skip
    def test_shows_a_change_of_any_column(self, committed_db, change):
        event = written(
            actor=Actor("staff", uuid4(), "r", "192.0.2.7"), before={"a": 0}, after={"a": 1}
        )
        assert checksum.agrees(event.pk)
        with as_owner() as owner:
            with pytest.raises(psycopg.Error) as caught:
                owner.execute(f"UPDATE events_auditevent SET {change} WHERE id = %s", [event.pk])
            assert caught.value.sqlstate == "LG011"
            owner.rollback()
            # Only who owns the table can open it; what is changed then is found.
            owner.execute("ALTER TABLE events_auditevent DISABLE TRIGGER audit_rows_stay")
            values = texts(owner, event.pk)
            owner.execute(f"UPDATE events_auditevent SET {change} WHERE id = %s", [event.pk])
            kept = owner.execute(
                "SELECT checksum FROM events_auditevent WHERE id = %s", [event.pk]
            ).fetchone()[0]
            assert checksum.digest_of(texts(owner, event.pk)) != kept
            assert change.startswith("checksum") or checksum.digest_of(values) == kept
            owner.rollback()
        assert checksum.agrees(event.pk)

    def test_covers_every_column_there_is(self, committed_db):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = 'events_auditevent'::regclass"
                " AND attnum > 0 AND NOT attisdropped"
            )
            assert {row[0] for row in cursor.fetchall()} == {*checksum.COLUMNS, "checksum"}

    def test_finds_the_changed_row_among_others(self, committed_db):
        with as_superuser(autocommit=True) as root:
            keys = [written(object_id=f"among-{number}").pk for number in range(5)]
            change = "UPDATE events_auditevent SET object_id = %s WHERE id = %s"
            root.execute("ALTER TABLE events_auditevent DISABLE TRIGGER audit_rows_stay")
            try:
                root.execute(change, ["another", keys[2]])
                found = list(checksum.find_wrong(AuditEvent.objects.filter(pk__in=keys)))
                assert [wrong.event_id for wrong in found] == [keys[2]]
                root.execute(change, ["among-2", keys[2]])
            finally:
                root.execute("ALTER TABLE events_auditevent ENABLE ALWAYS TRIGGER audit_rows_stay")
        assert list(checksum.find_wrong(AuditEvent.objects.filter(pk__in=keys))) == []


def texts(session, key):
    columns = ", ".join(
        "(extract(epoch FROM occurred_at) * 1000000)::bigint::text"
        if name == "occurred_at"
        else f"{name}::text"
        for name in checksum.COLUMNS
    )
    return session.execute(
        f"SELECT {columns} FROM events_auditevent WHERE id = %s", [key]
    ).fetchone()


class TestLookedAt:
    @pytest.mark.django_db
    def test_says_who_looked_at_what_and_why(self, alice):
        actor = Actor("staff", alice.pk, "r-1", "192.0.2.7")
        event = audit.looked_at(
            actor=actor, object_type="document", object_id="7", what="front", reason="review"
        )
        event.refresh_from_db()
        assert (event.action, event.actor, event.address) == (
            "document.looked_at",
            alice,
            "192.0.2.7",
        )
        assert event.after == {"what": "front", "reason": "review"}
        assert checksum.agrees(event.pk)


class TestRowsOfBefore:
    def test_are_given_theirs_and_stay_closed(self, committed_db):
        event = written(before={"a": 0}, after={"a": 1})
        event.refresh_from_db()
        with as_owner() as owner:
            owner.execute("ALTER TABLE events_auditevent ALTER COLUMN checksum DROP NOT NULL")
            owner.execute("ALTER TABLE events_auditevent DISABLE TRIGGER audit_rows_stay")
            owner.execute("UPDATE events_auditevent SET checksum = NULL")
            owner.execute("ALTER TABLE events_auditevent ENABLE ALWAYS TRIGGER audit_rows_stay")
            owner.execute(sql_file("coinhub/sql/audit_checksum_backfill.sql"))
            kept = owner.execute(
                "SELECT checksum FROM events_auditevent WHERE id = %s", [event.pk]
            ).fetchone()[0]
            assert kept == bytes(event.checksum)
            with pytest.raises(psycopg.Error) as caught:
                owner.execute("UPDATE events_auditevent SET shard = 1 WHERE id = %s", [event.pk])
            assert caught.value.sqlstate == "LG011"
            owner.rollback()
