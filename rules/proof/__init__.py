"""Proof: an export is checked from itself alone, and the first thing that does not fit is named."""

from rules.proof.ballots import Checked, Standing
from rules.proof.chains import HEAD, Entry
from rules.proof.misfits import Misfit, Wrong
from rules.proof.verifying import DIGEST, FORMAT, MINOR, VERSION, Proof, export_digest, verify

__all__ = [
    "DIGEST",
    "FORMAT",
    "HEAD",
    "MINOR",
    "VERSION",
    "Checked",
    "Entry",
    "Misfit",
    "Proof",
    "Standing",
    "Wrong",
    "export_digest",
    "verify",
]
