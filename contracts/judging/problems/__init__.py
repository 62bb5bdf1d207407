"""Problems: findings with one cause, which is what somebody mends.

A fault of a middleware breaks one law at thirty operations, a fault of one operation breaks five laws there. `grouped`
makes one problem of each, from the lines of verdicts.json alone, so that the gate, the load, a run judged again and a
report rendered again all come to the same ones.
"""

from contracts.judging.problems.problem import Problem, grouped

__all__ = ["Problem", "grouped"]
