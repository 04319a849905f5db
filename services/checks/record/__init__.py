"""The record of a child's night: gaps, checks, compliance, alerts, worked out from the home's facts (DOMAIN.md §3).

`shared.home.own_times` reads the facts by their own times, `gaps` measures, `night` puts a night together.
"""

from services.checks.record.night import NightRecord, night_record

__all__ = ["NightRecord", "night_record"]
