"""On-call as a page for whoever runs a home: who is on call now and next, the chain as a picture, gaps and silences.

What it shows is worked out by `services.pager.oncall`; nothing is decided, changed or sent here.
"""
