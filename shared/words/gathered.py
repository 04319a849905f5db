"""What stands on record of alerts taken together: a home of which nothing is heard, the same on several nights (§6).

Readers differ in what they may see of them: only what `facts` still holds for this reader is counted.
"""

from datetime import date

from shared.words.alert import Alert
from shared.words.times import Wall


def silent(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `home_silent`. That nothing is heard does not say that nothing was done: the line may be down."""
    members = len(alert.facts.get("members") or ())
    return (
        f"no check and no record of cover since {wall.clock(alert.since)}",
        *((f"{members} {'alert' if members == 1 else 'alerts'} told together",) if members else ()),
    )


def pattern(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `pattern_concern`: on which nights, and that a person decides what it means."""
    nights = nights_of(alert)
    listed = ", ".join(wall.day(night) for night in nights)
    return (
        *((f"on {len(nights)} nights: {listed}",) if len(nights) > 1 else ()),
        *((f"on the night of {listed}",) if len(nights) == 1 else ()),
        "a draft for the commissioner is ready to be read",
        "a person decides",
    )


def nights_of(alert: Alert) -> tuple[date, ...]:
    """The nights of a `pattern_concern`, each by the date of the noon that begins it, in order."""
    return tuple(sorted(date.fromisoformat(str(night)[:10]) for night in alert.facts.get("nights") or ()))
