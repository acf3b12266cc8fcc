"""The demo: the sandbox and the bot together, a prepared building, and a story that plays itself."""
