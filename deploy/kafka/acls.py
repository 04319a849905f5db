#!/usr/bin/env python3
"""Who may do what on the broker: one table, and the commands that make it so, written to standard output.

    python3 deploy/kafka/acls.py --bootstrap-server kafka:9093 --command-config admin.properties | sh -eu

Only the door writes what people did; a service writes what it made of that, and nobody deletes anything. Needs nothing
but Python. The broker has to refuse what is not allowed (`broker.properties` beside this).
"""

import shlex
import sys
from collections.abc import Iterator
from typing import NamedTuple

INPUTS = ("wakeful.plan-changes", "wakeful.night-cover", "wakeful.check-ins", "wakeful.responses")
DERIVED = ("wakeful.alerts", "wakeful.pages", "wakeful.rejected", "wakeful.swaps")
OWNERSHIP = ("wakeful.ownership",)
ALL = INPUTS + DERIVED + OWNERSHIP
SERVICES = ("checks", "cover", "reviews", "integrity", "alerts", "pager")


class Rule(NamedTuple):
    """What somebody may do, to what."""

    user: str
    operations: tuple[str, ...]
    topics: tuple[str, ...] = ()
    group: str | None = None


def table() -> Iterator[Rule]:
    """All of it. (To write or to read is to describe as well.)"""
    # The door: facts, ticks and heartbeats in; everything out, for what it shows and judges by.
    yield Rule("wakeful-gateway", ("Write",), INPUTS + OWNERSHIP)
    yield Rule("wakeful-gateway", ("Read", "DescribeConfigs"), ALL)
    # A service: what it watches, what it makes of that, and its share of the home-partitions.
    for service in SERVICES:
        yield Rule(f"wakeful-{service}", ("Read", "DescribeConfigs"), ALL)
        makes = "wakeful.pages" if service == "pager" else "wakeful.alerts"
        yield Rule(f"wakeful-{service}", ("Write",), (makes, "wakeful.rejected", "wakeful.swaps"))
        yield Rule(f"wakeful-{service}", ("Read",), group=f"wakeful-{service}")
    # Whoever makes, checks and seals topics, and reads them to export and to audit. It writes no fact.
    yield Rule("wakeful-admin", ("Create", "Read", "DescribeConfigs", "AlterConfigs"), ALL)
    # Only while a history is moved in; take its password away when the topics are sealed.
    yield Rule("wakeful-import", ("Read", "DescribeConfigs"), ALL)
    yield Rule("wakeful-import", ("Write",), (*INPUTS, "wakeful.swaps"))


def commands(connection: list[str]) -> Iterator[str]:
    """One line each for a shell; `connection` is passed on."""
    for rule in table():
        line = ["kafka-acls.sh", *connection, "--add", "--allow-principal", f"User:{rule.user}"]
        for operation in rule.operations:
            line += ["--operation", operation]
        for topic in rule.topics:
            line += ["--topic", topic]
        if rule.group is not None:
            line += ["--group", rule.group]
        yield shlex.join(line)


if __name__ == "__main__":
    if len(sys.argv) == 1 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    sys.stdout.writelines(f"{line}\n" for line in commands(sys.argv[1:]))
