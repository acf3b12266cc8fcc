"""The transcript: what was new in the chats since one last looked, in lines that read like the chat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sandbox.conversations import Conversation, Seen, line

CROWD = 3  # answers shown of many who pressed the same


class Transcript:
    """Watches a few chats, and hears what presses were answered."""

    def __init__(self, chats: Iterable[Conversation]) -> None:
        self._chats = list(chats)
        self._told: dict[tuple[str, int], str] = {}
        self._answers: list[str] = []

    def answered(self, presses: list[tuple[str, str, str]]) -> None:
        """Note presses of one moment: who, which button, and the toast that answered."""
        for who, label, toast in presses[:CROWD]:
            self._answers.append(f"{who} ▸ [{label}]" + (f"  “{toast}”" if toast else ""))
        if len(presses) > CROWD:
            self._answers.append(f"…… 一共 {len(presses)} 人按了 / people pressed")

    def news(self) -> Iterator[str]:
        """Everything since the last look: presses, new messages, and ✎ those that were edited."""
        yield from self._answers
        self._answers.clear()
        for chat in self._chats:
            lines = [told for message in chat.messages if (told := self._tell(chat, message))]
            if lines:
                yield f"[{chat.title}]"
                yield from lines

    def _tell(self, chat: Conversation, message: Seen) -> str | None:
        text = line(message)
        key = (chat.key, message.id)
        before = self._told.get(key)
        self._told[key] = text
        if before == text or message.state.is_service:
            return None
        return text if before is None else f"✎ {text}"
