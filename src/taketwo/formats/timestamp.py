"""Moments as manifests and listings write them."""

from __future__ import annotations

from datetime import UTC, datetime


def timestamp(moment: datetime | float) -> str:
    """RFC 3339 in UTC, to the millisecond; a number is in seconds since the epoch."""
    if not isinstance(moment, datetime):
        moment = datetime.fromtimestamp(moment, UTC)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
