"""The deliberation itself, pure: meetings, ballots, counting, quorum, calendar, minutes."""
