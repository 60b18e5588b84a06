"""Papers that came in, as files kept by content hash and as text with its repairs."""

from __future__ import annotations

from django.db import models

from gongjian.apps.ledger.models import Ledgered


class StoredFile(Ledgered):
    """A file, named by the SHA-256 of its content; the bytes lie in the file store."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    scan = models.CharField(
        max_length=8, blank=True
    )  # "clean", or empty where no scanner is set up

    def __str__(self) -> str:
        return self.sha256


class Paper(Ledgered):
    """A paper (来文): the file, and the Document that was read out of it."""

    file = models.ForeignKey(StoredFile, models.PROTECT)
    name = models.CharField(max_length=200)  # as uploaded
    title = models.CharField(max_length=300, blank=True)
    received_on = models.DateField()
    published_on = models.DateField(null=True)
    text = models.TextField()
    # blocks, repairs and encoding as `papers.kernel_io` writes them; the origin map is read again
    # from the file, by whoever wants to see the source itself
    reading = models.JSONField(default=dict)

    class Meta:
        ordering = ["-received_on", "-id"]

    def __str__(self) -> str:
        return self.title or self.name
