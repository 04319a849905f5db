"""The sample (`wakeful up --sample`): three invented homes, and people who post through the real door.

`running.start` is what the composition root calls once the door is open. Everything here speaks HTTP as a phone does:
no other service is imported, no rule is repeated, and nobody in it is real.
"""
