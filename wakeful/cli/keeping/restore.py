"""`wakeful restore`: a backup comes back into an empty folder, with the newest keys file there is.

    1. Open the keys file, before anything is written; refuse one that is older than the backup, or of elsewhere.
    2. Copy, check, take the keys in: whole or not at all (`shared.backup.restoring`).
    3. Audit what came back.
    4. Say what was the last thing in it, and what is to be done by people.

A key that was destroyed after the backup stays destroyed: the keys file has its tombstone.
"""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wakeful.cli.errors import WRONG, say
from wakeful.cli.installation import folder_alone
from wakeful.cli.keeping.backup import ELSEWHERE, KeysFile, WithoutKeys, agrees, refuse_both_or_neither
from wakeful.cli.keeping.passphrase import PassphraseFile, passphrase
from wakeful.cli.terminal import Data, Json, write_json, write_line

if TYPE_CHECKING:
    from shared.backup.manifest import Manifest
    from shared.security.keysfile import Contents
    from shared.settings import Settings


def restore(
    src: Annotated[Path, typer.Argument(metavar="SRC", help="A folder that `wakeful backup` made.")],
    keys: KeysFile = None,
    without_keys: WithoutKeys = False,
    older_keys: Annotated[
        bool, typer.Option("--older-keys", help="Take a keys file that is older than the backup.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Put a backup back into an empty data folder, with the newest keys file there is, and audit it."""
    from shared.backup.manifest import Manifest
    from shared.backup.restoring import refuse_full
    from shared.backup.restoring import restore as restored
    from shared.security import keysfile

    settings = folder_alone(data, ELSEWHERE).settings
    refuse_both_or_neither(keys, without_keys)
    refuse_full(settings.data)
    manifest = Manifest.read(src)
    given = None if keys is None else keysfile.read(keys, passphrase(passphrase_file, again=False))
    if given is not None:
        _refuse_unfit(manifest, given, older_keys)
    restored(src, settings.data, manifest, lambda folder: _take_keys(settings, folder, given))
    well = agrees(settings.data)
    if json:
        last = {"folder": str(settings.data), "last_instant": manifest.last_instant, "facts": manifest.facts}
        write_json({**last, "agrees": well})
    else:
        write_line(f"{settings.data}: {manifest.facts} records, the last at {manifest.last_instant}")
    _say_what_next(manifest, given)
    if not well:
        raise typer.Exit(WRONG)


def _refuse_unfit(manifest: "Manifest", given: "Contents", older: bool) -> None:
    from shared.backup.manifest import BackupUnusable
    from shared.instants import parse_instant, show_instant

    if manifest.installation not in (None, given.installation):
        raise BackupUnusable(
            f"the keys are of installation {given.installation}, the backup of {manifest.installation}; "
            "name the keys file of that one"
        )
    if not older and given.made_at < parse_instant(manifest.began_at):
        raise BackupUnusable(
            f"the keys file is of {show_instant(given.made_at)}, the backup of {manifest.began_at}: what was sealed or "
            "erased between is not in it; name the newest one, or, if that is lost, add --older-keys"
        )


def _take_keys(settings: "Settings", folder: Path, given: "Contents | None") -> None:
    """The ring of the installation, wrapped by the master key of this machine, made where there is none."""
    from shared.security.keys import KeyRing, load_master_key
    from shared.security.keysmove import take_in

    if given is None:
        return
    master = load_master_key(settings.master_key_file, data_folder=settings.data)
    with closing(KeyRing(folder / "keys.sqlite3", master, contenthash_key=given.contenthash_key)) as ring:
        take_in(ring, given)


def _say_what_next(manifest: "Manifest", given: "Contents | None") -> None:
    from shared.instants import show_instant

    say(
        f"what was recorded after {manifest.last_instant} is not here: have it entered again, from paper or phones"
    )
    say(
        f"tokens and people are as of {manifest.ended_at}: what was revoked since is good again; revoke it again"
    )
    if given is None:
        say(
            "without keys no text can be read, and a fact that a phone sends again is refused as another (409)"
        )
    else:
        say(
            f"keys destroyed after {show_instant(given.made_at)} are back: destroy them again (wakeful keys destroy)"
        )
    say("then start it: wakeful up; and look: wakeful doctor")


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful restore /backups/monday --keys /media/safe/wakeful-keys.json")(
        restore
    )
