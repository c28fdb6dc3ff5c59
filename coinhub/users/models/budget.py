"""How often something may be tried."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class TryBudget(models.Model):
    """One row is when something was tried lately, by the keyed hash of who tries what.

    ``is_taken`` says whether the last who asked got a try. Rows in which nothing is recent may be
    deleted at any time.

    Personal data: none; the key cannot be turned back into an e-mail or address.
    """

    key = models.BinaryField(primary_key=True, max_length=32)
    tries = ArrayField(models.DateTimeField())
    is_taken = models.BooleanField()

    def __str__(self) -> str:
        return f"{len(self.tries)} tries"
