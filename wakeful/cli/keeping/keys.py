"""`wakeful keys`: the keys of what people wrote. Destroying one is the erasure of its texts, and cannot be undone."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from wakeful.cli.errors import Failure, say
from wakeful.cli.folder import Folder
from wakeful.cli.installation import installation
from wakeful.cli.keeping.passphrase import PassphraseFile, passphrase
from wakeful.cli.terminal import Data, Json, write_json, write_line

if TYPE_CHECKING:
    from shared.security.keysmove import Taken
    from shared.settings import Settings

_OTHERS: Final = (
    "the database (WAKEFUL_DATABASE_URL) holds the keys of another installation: a gateway was started, or plain texts "
    "were imported, before these came. Where nothing of worth was sealed there yet, drop them (psql -c 'DROP SCHEMA "
    "keys CASCADE'), run `wakeful migrate`, and import the keys before anything else; else name another database"
)

app = typer.Typer(
    name="keys",
    help="Keys of what people wrote: make, rotate, destroy, export, import.",
    no_args_is_help=True,
)


@app.command(epilog="Example: wakeful keys make")
def make(json: Json = False, data: Data = None) -> None:
    """Make the master key, where there is none. (The first `wakeful up` does it too.)"""
    from shared.security.masterkey import make_master_key

    here = installation(data)
    path = master_key_file(here.settings)
    if not make_master_key(path, data_folder=here.settings.data):
        raise Failure(f"there is a master key at {path}, and it stays; for a new one: wakeful keys rotate")
    _done({"master_key_file": str(path)}, f"master key made: {path}; nobody else may read it", json)


@app.command(epilog="Example: wakeful keys rotate")
def rotate(json: Json = False, data: Data = None) -> None:
    """Put a new master key in the place of the old, with `wakeful up` stopped; each `wakeful gateway` is given it, and
    started again. No text is lost, at any crash."""
    here = installation(data)
    path = master_key_file(here.settings)
    number = here.rotate(path)
    _done(
        {"master_key_file": str(path), "keys": number},
        f"{number} keys are wrapped by a new master key, in {path}; the old one opens nothing any more",
        json,
    )


@app.command(epilog="Example: wakeful keys destroy --placement P1 --home H1")
def destroy(
    placement: Annotated[
        str | None, typer.Option(metavar="PLACEMENT", help="Erase what was written about this placement.")
    ] = None,
    home: Annotated[
        str | None,
        typer.Option(
            metavar="HOME", help="Alone: erase what was written about the home, and about no child."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Erase texts for ever, by destroying their key; beside a running `wakeful up` too."""
    from wakeful.cli.keeping.erasing import homes_place, texts_under

    here = installation(data)
    with here.ring() as ring:
        home_id = homes_place(ring, placement, home)
        before = ring.standing(home_id, placement)
        texts = texts_under(here, home_id, before)
        whose = f"placement {placement} of home {home_id}" if placement else f"home {home_id}"
        if before is None or not before.destroyed:
            say(_what_is_lost(whose, texts))
            if not yes and not typer.confirm("Destroy the key?", err=True):
                raise Failure("nothing was destroyed")
        ring.destroy(home_id, placement)
    shown = {"home_id": home_id, "placement_id": placement, "facts": texts, "standing": "destroyed"}
    _done(shown, f"{whose}: the key is destroyed, {texts} facts have lost their texts", json)
    say("write a new keys file now, and delete every older one: it still holds the key (wakeful keys export)")


def _what_is_lost(whose: str, texts: int) -> str:
    return (
        f"{whose}: the texts of {texts} facts will never be read again, in no backup either; what was checked, when "
        "and by whom stays, and so does every alert. What is written later is dropped, and marked"
    )


@app.command(epilog="Example: wakeful keys export /media/safe/wakeful-keys.json")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; an older keys file gives way.")],
    passphrase_file: PassphraseFile = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Write all keys, and which were destroyed, to a file that opens by a passphrase. Keep it apart from backups."""
    from shared import clock
    from shared.security import keysfile
    from shared.security.keysmove import contents

    here = installation(data)
    if isinstance(here, Folder) and file.resolve().is_relative_to(here.path.resolve()):
        raise Failure(f"{file} lies in the data folder; name a place apart from it")
    with here.ring() as ring:
        secret = passphrase(passphrase_file, again=True)
        held = contents(ring, clock.now())
    keysfile.write(file, held, secret)
    gone = sum(key.key is None for key in held.keys)
    _done(
        {
            "file": str(file),
            "installation": held.installation,
            "keys": len(held.keys) - gone,
            "destroyed": gone,
        },
        f"{file}: {len(held.keys) - gone} keys, {gone} destroyed; delete older ones, and keep the passphrase safe",
        json,
    )


@app.command(name="import", epilog="Example: wakeful keys import /media/safe/wakeful-keys.json")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As `wakeful keys export` wrote it.")],
    passphrase_file: PassphraseFile = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Take keys in from a file. A key that was destroyed, here or there, stays destroyed."""
    from shared.security import keysfile
    from shared.security.keysmove import OtherInstallation, take_in

    here = installation(data)
    given = keysfile.read(file, passphrase(passphrase_file, again=False))
    with here.ring(of=given.contenthash_key) as ring:
        try:
            taken = take_in(ring, given)
        except OtherInstallation as error:
            if isinstance(here, Folder):
                raise
            raise Failure(_OTHERS) from error
    _done(_json(taken), _told(taken), json)


def _json(taken: "Taken") -> dict[str, Any]:
    destroyed = [{"home_id": home, "placement_id": placement} for home, placement in taken.destroyed]
    return {
        "new": taken.new,
        "known": taken.known,
        "stay_destroyed": taken.stay_destroyed,
        "destroyed": destroyed,
    }


def _told(taken: "Taken") -> str:
    return (
        f"{taken.new} keys are new, {taken.known} were known, {len(taken.destroyed)} are destroyed now as they were "
        f"there, {taken.stay_destroyed} were destroyed here and stay so"
    )


def master_key_file(settings: "Settings") -> Path:
    """Where the master key lies, or will."""
    from shared.security.masterkey import default_master_key_path

    return settings.master_key_file or default_master_key_path()


def _done(shown: dict[str, Any], told: str, json: bool) -> None:
    write_json(shown) if json else write_line(told)
