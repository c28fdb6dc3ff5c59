"""Every task may run twice, in a row and at once: the second time it finds nothing to do."""

from concurrent.futures import ThreadPoolExecutor

import kombu.exceptions
import kombu.serialization
import pytest
from django.db import connection, connections

from coinhub.celery import app

pytestmark = pytest.mark.usefixtures("committed_db")
app.loader.import_default_modules()
# What a run writes down each time: that it was made, or what it was told.
OF_EACH_RUN = {
    "approvals.expire": set(),
    "integrity.check": {"integrity_run", "integrity_finding", "events_auditevent",
                        "events_outboxevent"},
    "kyc.release_lapsed": set(),
    "kyc.tell_customers": set(),
    "users.forget_windows": set(),
    "users.sweep_sessions": set(),
    "users.sweep_tries": set(),
    "wallets.empty_answers": set(),
    "wallets.finish_stuck": set(),
    "wallets.fold": set(),
    "wallets.move_withdrawals": set(),
    "wallets.recall_forgotten": set(),
    "wallets.record_prices": {"wallets_price"},
    "wallets.release_due": set(),
    "wallets.release_paused": set(),
    "wallets.send_withdrawals": set(),
    "wallets.track_withdrawals": set(),
}  # fmt: skip


def own_tasks():
    return {name for name in app.tasks if not name.startswith("celery.")}


def counts():
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(connection.introspection.table_names()):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
        cursor.execute("SELECT sum(version) FROM wallets_wallet")
        found["versions of wallets"] = cursor.fetchone()[0]
    return found


def run(name, **more):
    known = {"trigger": "hourly"} if name == "integrity.check" else {}
    try:
        app.tasks[name].run(**known, **more)
    finally:
        connections.close_all()


def test_there_is_a_line_for_every_task():
    assert own_tasks() == set(OF_EACH_RUN)


@pytest.mark.parametrize("name", sorted(OF_EACH_RUN))
def test_has_nothing_left_to_do_the_second_time(name):
    run(name)
    before = counts()
    run(name)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, [name, name]))
    after = counts()
    changed = {table for table, count in after.items() if count != before[table]}
    assert changed <= OF_EACH_RUN[name]


@pytest.mark.parametrize("name", sorted(OF_EACH_RUN))
def test_takes_arguments_of_a_later_version(name):
    run(name, something_of_a_later_version=1)


def test_a_message_that_is_no_json_is_refused():
    body = kombu.serialization.dumps({"amount": 1}, serializer="pickle")
    with pytest.raises(kombu.exceptions.ContentDisallowed):
        kombu.serialization.loads(body[2], body[0], body[1], accept=app.conf.accept_content)
    assert app.conf.accept_content == ["json"]
