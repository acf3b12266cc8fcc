"""A local Bot API server and a chat page, for trying, teaching and testing; knows nothing of the bot."""
