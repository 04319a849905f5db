"""Is it alive? What nobody watches is told to people outside the log: to whom (`whom`), in what words (`words`), from
what is known by heart (`memory`, `directory`), by a thread of its own (`running`).
"""
