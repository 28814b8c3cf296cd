"""The public holidays of the studio's region."""

from datetime import date
from functools import lru_cache

import holidays

from models.tables.workspaces import Workspace


def list_holidays(workspace: Workspace, first: date, last: date) -> frozenset[date]:
    """The public holidays of every year from the first day's to the last day's; empty when no region is set or known."""
    return _of_region(workspace.holidays_region, first.year, last.year)


@lru_cache(maxsize=256)
def _of_region(region: str, first_year: int, last_year: int) -> frozenset[date]:
    country, _, subdivision = region.partition("-")
    if not country:
        return frozenset()
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=range(first_year, last_year + 1))
    except NotImplementedError:  # a region the package does not know keeps its weekends, at least
        return frozenset()
    return frozenset(found)
