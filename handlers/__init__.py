"""What people do in a chat -> one use case -> what the bot says; all words live here."""
