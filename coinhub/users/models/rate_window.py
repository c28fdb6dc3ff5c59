"""How often an account or an address called lately."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class RateWindow(models.Model):
    """One row is when one account or one address was let through lately, by a keyed hash of it.

    The table is not written to the log of the server: after a crash it is empty, which forgets one
    minute. Rows in which nothing is recent may be deleted at any time.

    Personal data: none; the key cannot be turned back into a person or an address.
    """

    key = models.CharField(primary_key=True, max_length=60)
    hits = ArrayField(models.DateTimeField(), default=list)

    def __str__(self) -> str:
        return self.key
