"""Whether this installation is in order, and what runs here."""
