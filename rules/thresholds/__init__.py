"""Thresholds: what it takes to decide, as named and versioned data with its source, in exact fractions."""

from rules.thresholds.known import DEFAULTS, KNOWN, fitting, usual
from rules.thresholds.owned import BadTerms, Charter, own_threshold
from rules.thresholds.silence import Silence
from rules.thresholds.terms import (
    BadThreshold,
    Base,
    Condition,
    Name,
    Source,
    Terms,
    Threshold,
    read_condition,
    threshold_of,
)
from rules.thresholds.verdict import Dimension, Held, Shares, Step, Verdict, judge, verdict_of

__all__ = [
    "DEFAULTS",
    "KNOWN",
    "BadTerms",
    "BadThreshold",
    "Base",
    "Charter",
    "Condition",
    "Dimension",
    "Held",
    "Name",
    "Shares",
    "Silence",
    "Source",
    "Step",
    "Terms",
    "Threshold",
    "Verdict",
    "fitting",
    "judge",
    "own_threshold",
    "read_condition",
    "threshold_of",
    "usual",
    "verdict_of",
]
