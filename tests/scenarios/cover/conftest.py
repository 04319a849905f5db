"""These are told where the house keeps the rules of cover (`services.rules`)."""

from services.rules import MONITORS

collect_ignore_glob = [] if "cover" in MONITORS else ["test_*.py"]
