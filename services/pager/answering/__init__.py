"""Answering: what a person who was told of an alert says to it, from a link, a button or another system (DOMAIN.md §6).

An answer is a fact of `wakeful.responses` that goes in by the door; what it changes is never decided here.
"""
