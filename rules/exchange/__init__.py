"""Ballot files, read and written: so that anyone can recount ours, and we can recount anyone's."""

from rules.exchange.ballot_file import BallotFile
from rules.exchange.blt import read_blt, write_blt
from rules.exchange.export import read_export, write_export
from rules.exchange.pabulib import read_pabulib
from rules.exchange.preflib import read_categories, read_orders, write_orders
from rules.exchange.refusals import MalformedFile, UnknownFormat, WrongMethod
from rules.exchange.tally import TallyReport, read, tally_text, text_of

__all__ = [
    "BallotFile",
    "MalformedFile",
    "TallyReport",
    "UnknownFormat",
    "WrongMethod",
    "read",
    "read_blt",
    "read_categories",
    "read_export",
    "read_orders",
    "read_pabulib",
    "tally_text",
    "text_of",
    "write_blt",
    "write_export",
    "write_orders",
]
