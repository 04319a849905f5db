"""These are told where the house keeps the rules of integrity (`services.rules`)."""

from services.rules import MONITORS

collect_ignore_glob = [] if "integrity" in MONITORS else ["test_*.py"]
