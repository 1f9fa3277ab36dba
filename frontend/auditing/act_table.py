"""The audit log as CSV: every act that is wanted, from all its pages.

No cell can be taken for a formula: times, names, operations, routes and ids begin with a letter, a digit or a slash.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import fields

from frontend.auditing.wanted_acts import WantedActs
from frontend.client.backend_client import BackendClient
from frontend.client.bodies import Act

COLUMNS = tuple(field.name for field in fields(Act))
MOST_A_PAGE = 500
"""The service gives no more at once."""


def acts_csv(acts: Iterable[Act]) -> str:
    """One line an act, under the names of the service's own fields; times in UTC."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(getattr(act, name)) for name in COLUMNS] for act in acts)
    return file.getvalue()


def every_act(client: BackendClient, wanted: WantedActs, a_page: int = MOST_A_PAGE) -> Iterator[Act]:
    """The newest first; one request for so many. Raises: ServiceError."""
    cursor = None
    while True:
        page = client.audit(**wanted.query(), cursor=cursor, limit=a_page)
        yield from page.items
        if page.next is None:
            return
        cursor = page.next


def _cell(value: object) -> str:
    return "" if value is None else str(value)
