"""Jobs: how work reaches workers on many machines, through Procrastinate in the same PostgreSQL.

A job is only a wake-up. What is to be done stands in the fates and the outbox; a job that is lost comes again with the
next tick, and one that comes twice finds nothing to do.
"""
