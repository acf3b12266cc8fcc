"""The program: command line, settings, wiring, and three loops (intake, outbox, clock)."""

import os

os.environ.setdefault("PTB_TIMEDELTA", "true")  # python-telegram-bot warns at each 429 where it is not set
