"""Requests by the thousand, generated from the door's own OpenAPI document, and what is made of the answers."""
