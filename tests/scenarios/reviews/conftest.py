"""These are told where the house keeps the rules of reviews (`services.rules`)."""

from services.rules import MONITORS

collect_ignore_glob = [] if "reviews" in MONITORS else ["test_*.py"]
