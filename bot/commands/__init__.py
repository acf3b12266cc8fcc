"""The commands beside the chat, one a file; bot/cli.py registers them."""
