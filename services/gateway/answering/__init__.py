"""Answers to alerts, from wherever they come: how the alert stands, what becomes of the answer, what is said of it."""
