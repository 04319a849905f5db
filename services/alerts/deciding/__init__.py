"""What is decided about alerts from order or absence (DOMAIN.md §6): by whom they are had until when, what a person's
decision closes, a home that has gone silent, patterns over nights. Pure.

What the other monitors raise, worsen and resolve is in the feed the moment it is read; here it waits until it is known
that nothing which belongs before it is still on its way.
"""
