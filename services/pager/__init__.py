"""The pager: it tells people of alerts, one after the other, until somebody says "I have it" (DOMAIN.md §6)."""
