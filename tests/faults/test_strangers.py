"""Whoever tries whatever there is with the ids of another building: nothing there is shown or changed."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from handlers.all import all_routes
from sandbox.conversations import Conversation
from sandbox.people import Person
from storage import people
from storage.tables import dialogues
from tests.faults.fast import FastStage
from tests.faults.strangers import SECRET, Place, every_button, every_text, kept, place_with_strangers

SMALL = range(3) if os.environ.get("THOROUGH") else range(1, 2)  # in the fields that name no row


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[FastStage]:
    async with FastStage(tmp_path) as stage:
        yield stage


async def test_no_button_reaches_into_another_building(stage: FastStage) -> None:
    place = await place_with_strangers(stage)
    before = await kept(stage, place)
    for person, chat in visits(place):
        shown = next(seen for seen in reversed(chat.messages) if seen.by_bot)
        buttons = [data for small in SMALL for data in every_button(place.ids, small)]
        for some in batches(buttons):
            presses = [person.begin_press(shown, data) for data in some]
            await stage.settle()
            for data, press in zip(some, presses, strict=True):
                check_silent(place, chat, f"{data} of {person.name}", str(press.answer.result()))
        check_silent(place, chat, person.name, *(seen.words for seen in chat.messages))
        await check_kept(stage, place, before, f"after the presses of {person.name}")
    assert await stage.faults() == []


async def test_the_same_buttons_in_the_hands_of_who_lives_and_leads_there_do_much(stage: FastStage) -> None:
    """So the tests above do try what matters."""
    place = await place_with_strangers(stage)
    before = await kept(stage, place)
    chat = place.scene.leader.private()
    said = ""
    for some in batches(list(every_button(place.ids, 1))):
        presses = [place.scene.leader.begin_press(chat.messages[-1], data) for data in some]
        await stage.settle()
        said += "".join(str(press.answer.result()) for press in presses)
    after = await kept(stage, place)
    changed = {table for table, rows in before.items() if rows != after[table]}
    assert changed >= {"ballots", "meetings", "chains"}
    assert SECRET in said + "".join(seen.words for seen in chat.messages)


async def test_no_word_command_or_link_reaches_into_another_building(stage: FastStage) -> None:
    place = await place_with_strangers(stage)
    before = await kept(stage, place)
    for person, chats in place.strangers:
        for some in batches(list(every_text(place.ids))):
            for words in some:
                await person.say(chats[0], words)
            await stage.settle()
        check_silent(place, chats[0], person.name, *(seen.words for seen in chats[0].messages))
        await check_kept(stage, place, before, f"after what {person.name} said")
    assert await stage.faults() == []


async def test_no_dialogue_goes_on_into_another_building(stage: FastStage) -> None:
    """As if somebody were in the midst of one when they lost what allowed them to begin it."""
    place = await place_with_strangers(stage)
    before = await kept(stage, place)
    ids = {table: rows[0] for table, rows in place.ids.items() if rows}
    data = {form: number for table, number in ids.items() for form in (table, table.removesuffix("s"))}
    data |= {f"{name}_id": number for name, number in data.items()}
    for person, chats in place.strangers:
        for kind in sorted(all_routes().dialogues):
            async with stage.program.store.unit(stage.now) as unit:
                known = await people.by_address(unit.conn, str(person.id))
                chat = await people.chat_by_address(unit.conn, str(chats[0].id))
                assert known is not None
                assert chat is not None
                await unit.conn.execute(text(f"DELETE FROM dialogues WHERE person_id = {known.id}"))
                row = {"person_id": known.id, "chat_id": chat.id, "kind": kind, "data": data, "at": stage.now}
                await unit.conn.execute(dialogues.insert().values(**row))
            await person.say(chats[0], "1")
            await stage.settle()
        check_silent(place, chats[0], person.name, *(seen.words for seen in chats[0].messages))
        await check_kept(stage, place, before, f"after the dialogues of {person.name}")


def batches(them: list[str]) -> list[list[str]]:
    """So many at once as are done within seconds on a busy machine."""
    return [them[place : place + 16] for place in range(0, len(them), 16)]


def visits(place: Place) -> list[tuple[Person, Conversation]]:
    """Everybody in every chat that they are in."""
    return [(person, chat) for person, chats in place.strangers for chat in chats]


def check_silent(place: Place, chat: Conversation, who: str, *said: str) -> None:
    """Nothing of the secrets was said, unless it was where everybody hears them."""
    if chat.id != place.scene.group.id:
        assert not [words for words in said if SECRET in words], who


async def check_kept(stage: FastStage, place: Place, before: dict[str, set[str]], when: str) -> None:
    """Nothing of the building has changed, and nothing was added to it."""
    after = await kept(stage, place)
    for table, rows in before.items():
        assert sorted(after[table] ^ rows) == [], f"{table} {when}"
