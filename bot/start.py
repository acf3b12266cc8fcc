"""The command `louyuhui`: what it imports stays, so the collector is spared going over it again and again."""

from __future__ import annotations

import gc


def main() -> None:
    """Import all that the commands need, and carry one out."""
    gc.disable()
    from bot.cli import app  # noqa: PLC0415 - only now is the collector off

    gc.freeze()
    gc.enable()
    app()


if __name__ == "__main__":
    main()
