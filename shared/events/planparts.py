"""The parts of a placement plan: check rules, night cover, roles, signatures, the two protective plans.

A part that a plan lacks is left out or null: an incomplete plan is told (DOMAIN.md §5, Incomplete), never
refused for it, so that nobody waits for the last signature before saying what was agreed. Whether windows
overlap is asked in acceptance.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.events.fields import (
    LIST_LENGTH,
    Count,
    DateText,
    DurationText,
    FreeText,
    FreeTexts,
    Id,
    InstantText,
    LocalTime,
    Part,
    SomeDuration,
    Text,
    Weekday,
    wrong,
)


class CheckRule(Part):
    """Either an interval rule (a local window with a ceiling) or a list of local times with a tolerance."""

    name: Id | None = None
    from_: LocalTime | None = Field(None, alias="from")
    to: LocalTime | None = None
    ceiling: SomeDuration | None = None
    grace: DurationText | None = None
    proof: Literal["required", "preferred", "none"] | None = None
    days: Annotated[list[Weekday], Field(min_length=1, max_length=7)] | None = None
    """The local days on which the window starts; every day where there are none."""
    times: Annotated[list[LocalTime], Field(min_length=1, max_length=1440)] | None = None
    tolerance: SomeDuration | None = None

    @model_validator(mode="after")
    def _a_window_or_times_never_both(self) -> "CheckRule":
        window = (self.from_, self.to, self.ceiling)
        if self.times is None and (None in window or self.tolerance is not None):
            raise wrong("state either from, to and ceiling (a window), or times (and tolerance)")
        if self.times is not None and any(x is not None for x in (*window, self.days, self.proof)):
            raise wrong("times stand alone: put from, to, ceiling, days and proof into a rule of their own")
        if any(repeated(x) for x in (self.times, self.days)):
            raise wrong("state each time and each day once")
        return self


class NightCover(Part):
    """Who must be awake at night, from when to when, and what a waking night means in words."""

    from_: LocalTime | None = Field(None, alias="from")
    to: LocalTime | None = None
    waking_staff: Count | None = None
    dedicated: bool | None = None
    """Whether the child has a one-to-one worker."""
    sleep_in_staff: Count | None = None
    proof_every: SomeDuration | None = None
    meaning: FreeText | None = None

    @model_validator(mode="after")
    def _a_window_has_two_ends(self) -> "NightCover":
        if (self.from_ is None) != (self.to is None):
            raise wrong("a night window has both ends: state both", "to" if self.to is None else "from")
        return self


class Role(Part):
    """Who has which duty: night_checks, night_cover, escalation or another."""

    duty: Id
    who: Text | None = None


class Action(Part):
    """What is done against a risk, and by whom."""

    what: FreeText
    who: Text | None = None


class SuicidePrevention(Part):
    """The suicide prevention plan of a child."""

    emotional_risks: FreeTexts | None = None
    behavioural_risks: FreeTexts | None = None
    situational_risks: FreeTexts | None = None
    warning_signs: FreeTexts | None = None
    means_restriction: FreeText | None = None
    actions: Annotated[list[Action], Field(max_length=LIST_LENGTH)] | None = None
    review_by: DateText | None = None


class LigaturePlan(Part):
    """The ligature plan of a child; the room's assessment is another thing."""

    risks: FreeTexts | None = None
    controls: FreeTexts | None = None
    review_by: DateText | None = None


class LowersProtection(Part):
    """Who approved that a plan protects less than the one before, and why."""

    approver: Id
    reason: FreeText


class Signature(Part):
    """Who agreed to the plan, as what (registered_person, placing_authority, child or another), and when."""

    who: Id
    role: Id
    at: InstantText


class DefaultPlan(Part):
    """What a home watches by until a child's first plan is in force (version 0)."""

    checks: Annotated[list[CheckRule], Field(max_length=LIST_LENGTH)]
    night_cover: NightCover | None = None


def repeated(items: list[str] | list[Weekday] | None) -> bool:
    """Whether anything is listed twice."""
    return items is not None and len(set(items)) < len(items)
