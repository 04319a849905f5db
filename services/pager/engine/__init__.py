"""The pager's edge: it carries out what `services.pager.chain` decides, and keeps what became of it.

Everything is decided anew from durable rows just before each send, so that a crash at any point neither loses a message
nor tells a resolved alert as open. No rule of whom or when lives here.
"""
