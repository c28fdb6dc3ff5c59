"""PostgreSQL as Django speaks to it, with less ado before a question."""

import select
import time
from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus, TransactionStatus

TRUSTED_S = 5  # a connection that was good so lately is asked only when it has something to say


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks whether a kept connection is still good before a request uses it.

    Django asks the server (``SELECT 1``), which costs a round trip in every request. A server that
    ends a session closes it, and that can be seen here: there is something to read where nothing
    was asked. A machine that is gone without a word cannot be seen; so after a pause the server is
    asked all the same.
    """

    health_check_done: bool
    health_check_enabled: bool
    _good_at = 0.0
    _kept: Any = None

    def close_if_health_check_failed(self) -> None:
        """Close the connection if it is not good any more; once a request."""
        if self.connection is None or not self.health_check_enabled or self.health_check_done:
            return
        now = time.monotonic()
        if now - self._good_at < TRUSTED_S and is_silent(self.connection):
            self.health_check_done = True
        else:
            super().close_if_health_check_failed()
        self._good_at = now

    def fetch_row(self, statement: str, parameters: Sequence[Any]) -> Any:
        """Run a statement and give its first row, with a cursor that the connection keeps.

        To make a cursor and its wrappers for each statement is two thirds of the client's
        processor time of a short one. Who watches statements gets a cursor to watch.
        """
        if self.queries_logged or self.execute_wrappers:
            with self.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchone()
        self.close_if_health_check_failed()
        self.ensure_connection()
        self.validate_thread_sharing()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            if self._kept is None or self._kept.connection is not self.connection:
                self._kept = self.create_cursor()
            self._kept.execute(statement, parameters)
            return self._kept.fetchone()


def is_silent(connection: Any) -> bool:
    """Say whether a connection is open, between transactions, and nothing came unasked."""
    pgconn = connection.pgconn
    if pgconn.status != ConnStatus.OK or pgconn.transaction_status != TransactionStatus.IDLE:
        return False
    waiting = select.poll()
    waiting.register(pgconn.socket, select.POLLIN)
    return not waiting.poll(0)
