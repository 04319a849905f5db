"""`wakeful backup`: log, read models, people and tokens to one folder; the keys to another place. `wakeful up` goes on.

How it is made is `shared.backup.making`'s. The agreement of log and alerts is told by `wakeful audit`'s own code.
"""

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from wakeful.cli.errors import UNREADABLE, WRONG, Failure, say
from wakeful.cli.folder import reading_log, reading_views
from wakeful.cli.installation import folder_alone
from wakeful.cli.keeping.passphrase import PassphraseFile, passphrase
from wakeful.cli.terminal import Data, Json, progress, write_json, write_line

ELSEWHERE: Final = (
    "WAKEFUL_KAFKA is set, and a broker's log is no folder to be copied: there it is kept by copies on several "
    "brokers, people and keys by pg_dump of the schemas access and keys, and the keys once more by `wakeful keys "
    "export` (docs/running-on-kafka.md#backup-and-restore)"
)
KeysFile = Annotated[
    Path | None,
    typer.Option("--keys", metavar="FILE", help="The keys file; its place is apart from the log's."),
]
WithoutKeys = Annotated[
    bool, typer.Option("--without-keys", help="No keys: of texts that were sealed, nothing can be read.")
]


def backup(
    dest: Annotated[
        Path, typer.Argument(metavar="DEST", help="A new folder; it is there whole, or not at all.")
    ],
    keys: KeysFile = None,
    without_keys: WithoutKeys = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Audit the copy, as `wakeful audit` does.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Back everything up, also while `wakeful up` runs: whatever was acknowledged before is in it."""
    from shared import clock
    from shared.backup.making import make, refuse_together
    from shared.security import keysfile
    from shared.security.keysfile import installation_of
    from shared.security.keysmove import contents
    from wakeful import __version__

    here = folder_alone(data, ELSEWHERE)
    settings = here.settings
    refuse_both_or_neither(keys, without_keys)
    with ExitStack() as stack:
        if keys is None:
            of, write_keys = None, lambda: None
        else:
            refuse_together(dest, keys, settings.data)
            ring, secret, to = (
                stack.enter_context(here.ring()),
                passphrase(passphrase_file, again=True),
                keys,
            )
            keysfile.refuse_short(secret)
            of = installation_of(ring.contenthash_key)

            def write_keys() -> None:
                keysfile.write(to, contents(ring, clock.now()), secret)

        reached = stack.enter_context(progress("copying the log", 100))
        made = make(
            settings.data,
            dest,
            installation=of,
            wakeful=__version__,
            and_keys=write_keys,
            reached=lambda part: reached(round(100 * part)),
        )
    if json:
        write_json({"folder": str(dest), "keys": None if keys is None else str(keys), **asdict(made)})
    else:
        size = sum(each.bytes for each in made.files)
        write_line(f"{dest}: {made.facts} records up to {made.last_instant}, {size:,} bytes")
        write_line(
            "without keys: write them now with `wakeful keys export`" if keys is None else f"keys: {keys}"
        )
    if verify and not agrees(dest):
        raise typer.Exit(WRONG)


def refuse_both_or_neither(keys: Path | None, without_keys: bool) -> None:
    """Keys or none is a choice. Raises Failure where it is not made."""
    if (keys is None) is not without_keys:
        raise Failure(
            "say where the keys are with --keys FILE, or that there are none with --without-keys", UNREADABLE
        )


def agrees(folder: Path) -> bool:
    """Whether what was told in that folder is what its log gives; each difference is told on standard error."""
    from wakeful.cli.proving.auditing import audited

    try:
        with (
            reading_log(folder) as log,
            reading_views(folder) as views,
            progress("replaying", log.end()) as reached,
        ):
            found = audited(log, views, reached)
    except Failure as cannot:
        say(f"not audited: {cannot}")
        return True
    for each in found.differences:
        say(each)
    for home_id in found.set_aside:
        say(f"home {home_id} was set aside, nobody watched it; see `wakeful doctor`")
    for trails in found.trailing:  # no fault of the backup: whoever starts from it catches up
        say(f"{trails}: nothing of that was compared")
    say(f"audited: {found.compared} events of alerts up to {found.until}, {len(found.differences)} differ")
    return not found.differences and not found.set_aside


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful backup /backups/monday --keys /media/safe/wakeful-keys.json")(backup)
