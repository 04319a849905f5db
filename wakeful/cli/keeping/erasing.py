"""What an erasure is about: whose key, and how many facts lose their texts. Nothing is destroyed here."""

from typing import TYPE_CHECKING

from wakeful.cli.errors import UNREADABLE, Failure

if TYPE_CHECKING:
    from shared.security.keys import KeyRing, Standing
    from wakeful.cli.installation import Installation


def homes_place(ring: "KeyRing", placement_id: str | None, home_id: str | None) -> str:
    """The home of the key that is meant. A placement's id is its home's own: two homes may have the same one.

    Raises Failure where that is not one home.
    """
    if home_id is not None:
        return home_id
    if placement_id is None:
        raise Failure("say whose key: --placement PLACEMENT, or --home HOME for the home's own", UNREADABLE)
    homes = ring.homes_of(placement_id)
    if len(homes) == 1:
        return homes[0]
    found = f"it has keys in homes {', '.join(homes)}" if homes else "nothing was ever written about it"
    raise Failure(f"placement {placement_id}: {found}; say which home with --home", UNREADABLE)


def texts_under(here: "Installation", home_id: str, key: "Standing | None") -> int:
    """How many facts of the log have texts under the key."""
    from shared.topics import ALERTS, INPUTS

    if key is None or not here.has_log:
        return 0
    named = f'"key":"{key.id}"'.encode()
    with here.reading_log() as log:
        return sum(named in record.body for record in log.home(home_id, [*INPUTS, ALERTS]))
