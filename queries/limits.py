"""Every bound on a question, with its reason. A frame that met one says so in `attrs`."""

from datetime import timedelta

REFRESH_SECONDS = 5
"""`as_of` is rounded down to this, so that all viewers of one moment share one answer."""

HOURLY_WINDOW = timedelta(days=31, hours=1)
"""Up to here charts and windows count hours: at most 745 points a series. Beyond, WIB days."""

LONGEST_WINDOW = timedelta(days=1_461)
"""Four years, 1,461 points a series: two elections and the time between them."""

FACTS_WINDOW = timedelta(days=31)
"""Longest live window answered from facts when no roll-up holds the filters; a longer one is cut to its last part."""

ISSUES_BY_CONTENT_WINDOW = timedelta(days=7)
"""The same for issues narrowed by what their content is (service, province, source): each is looked up by itself."""

TOP_WINDOW = timedelta(days=92)
"""Longest live window of the top issues: a day has as many sums as issues with content, so longer ones are cut."""

FEW_REQUESTS = 2_000
"""A window with no more requests is read one by one, exact to the second; with more, buckets of 1 % say the same."""

FEW_OF_A_SERVICE = 200
"""Open requests of a service, up to which each age counts by itself: half a bucket bends a curve of a few."""

PINNED_WINDOW = timedelta(days=366)
"""Longest window of a fixed link: it is answered from facts, as they were known then."""

FILTER_VALUES = 60
"""Values of one filter in a link: there are 38 provinces and fewer of everything else."""

TOP_ISSUES = 10
"""Issues in the list of the widest spread."""

SPREAD_WINDOW = timedelta(days=31)
"""The spread of one issue over services and provinces is read from its content of at most this long."""

CLARIFICATION_ISSUES = 2_000
"""Newest issues of the window from which the median time to clarification is taken."""

RISING_ROWS = 12
"""Rising issues, themes and services named at most; more would be a list, not an alarm."""

ROWS_PAGE = 100
"""Rows behind a number on one page; the next page starts after the last row."""

CHANGES = 50
"""Single changes named since the shift began; all are counted."""

CALENDAR_EVENTS = 5
"""Events named beside the tiles."""

RISING_CANDIDATES = 50
"""Issues with most content in the last hours that are held against their usual."""

APPEAL_WINDOW = timedelta(days=90)
"""An appeal decided now was filed at most this long ago; appeals are found by the time they were filed."""

APPEALS_LOOKED_UP = 2_000
"""Newest appeals of a window whose requests are looked up, where these decide: a hundredth of a second."""

MATURED_WINDOW = timedelta(days=90)
"""Removals over which reappearances are counted: a quarter of them, ended as long ago as is watched."""

MATURED_FACTS_WINDOW = timedelta(days=7)
"""The same where no roll-up holds the filters: a week of them, read one by one."""

MATURED_REMOVALS = 5_000
"""Newest removals of that week, of any filters, that are read: about a hundredth of a second."""

QUEUE_ROWS = 50
"""Requests in the countdown: more than a shift can act on within the hour."""

JUDGED_REQUESTS = 50_000
"""Newest requests read one by one where no sums hold the filters or the clock: about a twentieth of a second a panel.

The same for each, so that all figures of a page speak of the same stretch: at ten million a day, at fewer requests all.
"""

REPORTS_WINDOW = timedelta(days=7)
"""Longest stretch of reports from closed messaging whose way to clarification is read one by one."""

HINDSIGHT_WINDOW = timedelta(days=31)
"""Longest stretch over which what was known then stands beside what is known now: no roll-up holds the first."""

CHANGED_ROWS = 200
"""Requests named that count differently now than they did then; all are counted."""

JUST_OVER_ROWS = 5
"""Requests that have just broken their hour in the countdown: all of them are counted beside it."""

TEXT_LENGTH = 300
"""Characters of a title that leave the database for a list; the item's own page shows the rest."""
