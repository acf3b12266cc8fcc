"""Thresholds: what it takes to decide, as named and versioned data with its source, in exact fractions."""

from rules.thresholds.known import DEFAULTS, KNOWN, as_known, asks_as_much, fitting, may_count_silence, usual
from rules.thresholds.owned import PLAIN_CHARTER, BadTerms, Charter, own_threshold
from rules.thresholds.silence import Silence, silence_of
from rules.thresholds.terms import (
    BadThreshold,
    Base,
    Condition,
    Name,
    Source,
    Terms,
    Threshold,
    read_condition,
    read_threshold,
    threshold_of,
)
from rules.thresholds.verdict import (
    NO_SILENCE,
    Dimension,
    Held,
    Shares,
    Step,
    Verdict,
    judge,
    square_metres,
    verdict_of,
)

__all__ = [
    "DEFAULTS",
    "KNOWN",
    "NO_SILENCE",
    "PLAIN_CHARTER",
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
    "as_known",
    "asks_as_much",
    "fitting",
    "judge",
    "may_count_silence",
    "own_threshold",
    "read_condition",
    "read_threshold",
    "silence_of",
    "square_metres",
    "threshold_of",
    "usual",
    "verdict_of",
]
