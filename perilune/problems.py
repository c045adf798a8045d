"""The root of every part's small error tree: something a person can mend, said in one clear sentence."""


class Problem(Exception):
    """What went wrong, where, and what to do; the command line prints it and nothing else."""


class Conflict(Problem):
    """It went wrong because somebody changed the thing meanwhile; to look at it again helps."""
