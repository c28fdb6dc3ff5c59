"""What a request asks the database when nothing else happens to be due."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def questions(request: Callable[[], object], *, tries: int = 4) -> list[str]:
    """Give the fewest statements of several tries, without the savepoints of a test's transaction.

    What is kept for a few seconds (terms, the session's last look) is asked for again when it has
    become old, on a busy machine between any two requests.
    """
    seen = []
    for _ in range(tries):
        with CaptureQueriesContext(connection) as captured:
            request()
        seen.append([query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]])
    return min(seen, key=len)
