"""Records that look wrong (DOMAIN.md §7)."""
