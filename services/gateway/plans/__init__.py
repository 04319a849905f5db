"""A draft plan, looked at before anybody agrees it. Nothing is recorded."""
