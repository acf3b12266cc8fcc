"""The program: command line, settings, wiring, and three loops (intake, outbox, clock)."""
