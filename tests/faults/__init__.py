"""What the bot survives: kills, a platform that fails, a damaged database, and people who try things."""
