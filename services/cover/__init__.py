"""Waking night cover: who is there and awake, one-to-one, gaps, and two hours without a break (DOMAIN.md §4)."""
