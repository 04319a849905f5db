"""Whoever runs the system is told what concerns the watch itself: rotas with nobody, pages that reached nobody.

Of what, and when (`due`), by a thread of its own (`running`). Blindness is told by `services.pager.alive`.
"""
