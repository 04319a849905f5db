"""Missed and late checks, children not found, concerns and absences (DOMAIN.md §3)."""
