"""How results and exchanges become verdicts."""
