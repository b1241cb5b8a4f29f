"""A writer to be killed: records batch after batch and says so after each commit."""

import sys
from datetime import UTC, datetime, timedelta

from data import recording
from data.engine import transaction, writer

ROWS = 25
NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)


def main(url: str, first: int) -> None:
    """Record batches numbered from `first` until the end of the world."""
    engine, number = writer(url), first
    while True:
        keys = [f"b{number}-{n}" for n in range(ROWS)]
        found = NOW - timedelta(hours=number % 50)
        with transaction(engine) as connection:
            rows = [{"natural_key": key, "detected_at": found, "service_id": number % 5} for key in keys]
            recording.contents(connection, "ais", rows, now=NOW)
            sent = [{"content_key": key, "notified_at": found} for key in keys]
            recording.takedown_requests(connection, "ais", sent, now=NOW)
            ended = {"outcome_id": 1, "actioned_at": NOW}
            recording.takedown_requests(connection, "ais", [row | ended for row in sent[::2]], now=NOW)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
