"""A mediation in the chat: asked in private, held by consent, confirmed by all, and known to nobody else."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sandbox.conversations import Seen
from sandbox.people import Person
from services.export import export_building
from storage import contacts, homes, mediations, people, updates
from storage.tables import metadata
from tests.faults.strangers import every_button, every_text, rows_here
from tests.faults.test_strangers import batches
from tests.handlers.test_minutes import pdf_text
from tests.handlers.test_monthly import at
from tests.scenes import Scene, answer, bound_building, move_in, press, residents, say, tap
from tests.stage import Stage

SUBJECT = "露台花盆滴水"
TEXT = "楼上月底前修好水管，赔八百元。"
SECRETS = (SUBJECT, TEXT, "凉亭", "八百", "地板")
WORDS = (*SECRETS, "一千", "调解")


@dataclass
class Table:
    """A building, the two sides, and a neighbour who has no business there."""

    scene: Scene
    upstairs: Person
    downstairs: Person
    neighbour: Person

    @property
    def mediator(self) -> Person:
        return self.scene.leader


def last(person: Person) -> Seen:
    return person.private().messages[-1]


def card(person: Person) -> Seen:
    """The newest message that shows how the mediation stands."""
    shown = reversed(person.private().messages)
    return next(one for one in shown if "板凳调解会 · " in one.text)


async def table(stage: Stage) -> Table:
    scene = await bound_building(stage)
    upstairs, downstairs, neighbour = await residents(stage, scene, 3)
    return Table(scene, upstairs, downstairs, neighbour)


async def drafted(stage: Stage) -> Table:
    """The leader has written all that it takes."""
    here = await table(stage)
    chat = here.mediator.private()
    await say(stage, here.mediator, chat, "调解")
    for words in (SUBJECT, "1单元101", "1单元102", "明天晚上七点半", "凉亭"):
        await answer(stage, here.mediator, chat, words)
    return here


async def asked(stage: Stage) -> Table:
    here = await drafted(stage)
    await tap(stage, here.mediator, here.mediator.private(), "私聊去问各方")
    return here


async def held(stage: Stage) -> Table:
    """Both have consented, and they sit together."""
    here = await asked(stage)
    for side in (here.upstairs, here.downstairs):
        await tap(stage, side, side.private(), "同意参加")
    await stage.pass_time(to=at(11, 21, 19, 30))
    await tap(stage, here.mediator, here.mediator.private(), "开始")
    return here


def check_silent(here: Table, words: tuple[str, ...] = WORDS) -> None:
    """Neither the group nor the neighbour has been told a word."""
    for chat in (here.scene.group, here.neighbour.private()):
        heard = "".join(f"{seen.words} {seen.labels}" for seen in chat.messages if seen.by_bot)
        assert not [each for each in words if each in heard], chat


async def test_a_mediation_goes_from_consent_to_an_agreement_that_both_confirm(stage: Stage) -> None:
    here = await held(stage)
    leader, up, down = here.mediator, here.upstairs, here.downstairs
    await tap(stage, leader, leader.private(), "记一句")
    await stage.restart()
    await answer(stage, leader, leader.private(), "楼下地板泡坏了一块")
    await tap(stage, leader, leader.private(), "写约定")
    await answer(stage, leader, leader.private(), "楼上赔一千元")
    assert "约定（第1稿）" in last(up).text
    await tap(stage, down, down.private(), "✅ 同意")
    await tap(stage, up, up.private(), "还要改")
    await stage.restart()
    await answer(stage, up, up.private(), "一千太多")
    assert "还要改：一千太多" in last(leader).text
    await tap(stage, leader, leader.private(), "改约定")
    assert "楼上赔一千元" in last(leader).text
    again = await answer(stage, leader, leader.private(), "楼上赔一千元")
    assert "和上一稿一样" in again.text
    await answer(stage, leader, leader.private(), TEXT)
    assert TEXT in last(down).text, "a changed text asks all again"
    stale = next(one for one in down.private().messages if "约定（第1稿）" in one.text)
    assert "已经改过" in (await press(stage, down, stale, "✅ 同意")).text
    await tap(stage, up, up.private(), "✅ 同意")
    assert "谈成了" not in last(up).text
    twice = await tap(stage, up, up.private(), "✅ 同意")
    assert "已经同意" in twice.text
    await tap(stage, down, down.private(), "✅ 同意")
    for one in (leader, up, down):
        assert "谈成了，约定生效" in last(one).text
        assert TEXT in last(one).text
    await tap(stage, down, down.private(), "打开看")
    await tap(stage, down, down.private(), "看记录")
    record = last(down).text
    assert "楼下地板泡坏了一块" in record
    assert "要改：一千太多" in record
    assert "各方都同意，约定生效" in record
    check_silent(here)


async def test_what_was_agreed_is_printed_for_its_sides_and_the_mediator_alone(stage: Stage) -> None:
    here = await held(stage)
    leader, up, down = here.mediator, here.upstairs, here.downstairs
    early = await up.press_forged(card(up), "yi:1")
    assert "还没有各方都确认过的约定" in early.text
    await tap(stage, leader, leader.private(), "写约定")
    await answer(stage, leader, leader.private(), TEXT)
    for one in (up, down):
        await tap(stage, one, one.private(), "✅ 同意")
    await stage.restart()
    for one in (leader, up, down):
        await press(stage, one, last(one), "🖨 打印签字")
        sent = last(one)
        assert sent.file_name == "3栋-2026-11-21.pdf"
        assert "一式 3 份" in sent.caption
        assert sent.document is not None
        words = pdf_text(sent.document)
        for said in ("调解约定", SUBJECT, TEXT, "甲方1单元101", "乙方1单元102", "示例组长", "乙方（签字）"):
            assert said in words, said
    neighbour = here.neighbour
    shown = await say(stage, neighbour, neighbour.private(), "帮助")
    assert "没有这件调解" in (await neighbour.press_forged(shown, "yi:1")).text
    assert not any(one.file_name for chat in (here.scene.group, neighbour.private()) for one in chat.messages)
    check_silent(here)


async def test_the_sides_may_live_in_two_buildings_of_a_community(stage: Stage) -> None:
    here = await table(stage)
    other = await bound_building(stage, name="5栋")
    [far] = await residents(stage, other, 1)
    leader, chat = here.mediator, here.mediator.private()
    await say(stage, leader, chat, "调解")
    asked = await say(stage, leader, chat, SUBJECT)
    assert "住别的楼，前面写上楼名，例如：5栋2单元502" in asked.text
    await say(stage, leader, chat, "1单元101")
    assert "没有“7栋”" in (await say(stage, leader, chat, "7栋1单元101")).text
    assert "问不到" in (await say(stage, leader, chat, "5栋2单元999")).text
    chosen = f"yn:1:{other.homes[far].id}:1"
    assert "问不到" in (await leader.press_forged(last(leader), chosen)).text, (
        "nobody there is picked by name"
    )
    await say(stage, leader, chat, "五栋1单元101")
    await say(stage, leader, chat, "明天晚上七点半")
    draft = await say(stage, leader, chat, "凉亭")
    assert "👥 5栋1单元101\n" in draft.text, "who lives in another building is not told"
    await stage.restart()
    await press(stage, leader, draft, "换主持人")
    assert other.leader.name in last(leader).labels, "whoever leads there may mediate too"
    assert "问不到" in (await say(stage, leader, chat, "5栋1单元101")).text, "a neighbour there is not named"
    await tap(stage, leader, chat, leader.name)
    await tap(stage, leader, chat, "私聊去问各方")
    assert "👥 5栋1单元101 示例住户 1-101（您家）" in card(far).text
    for one in (here.upstairs, far):
        await tap(stage, one, one.private(), "同意参加")
    await stage.pass_time(to=at(11, 21, 19, 30))
    await tap(stage, leader, chat, "开始")
    await tap(stage, leader, chat, "写约定")
    await answer(stage, leader, chat, TEXT)
    for one in (here.upstairs, far):
        await tap(stage, one, one.private(), "✅ 同意")
    await tap(stage, far, far.private(), "🖨 打印签字")
    document = last(far).document
    assert document is not None
    assert "乙方5栋1单元101" in pdf_text(document)
    heard = "".join(seen.words for seen in other.group.messages if seen.by_bot)
    assert not [words for words in SECRETS if words in heard]
    check_silent(here)


async def test_one_who_would_rather_not_ends_it_kindly(stage: Stage) -> None:
    here = await asked(stage)
    up, down, leader = here.upstairs, here.downstairs, here.mediator
    assert SUBJECT in card(up).text
    assert "自愿参加，不投票" in card(up).text
    await tap(stage, up, up.private(), "这次不参加")
    await tap(stage, up, up.private(), "再想想")
    await tap(stage, up, up.private(), "同意参加")
    await tap(stage, down, down.private(), "这次不参加")
    await tap(stage, down, down.private(), "不参加")
    for one in (up, leader):
        assert "这次不开了：有一方眼下不方便谈" in last(one).text
        assert "102" not in last(one).text, "it is not said which side"
    assert "这一步已经过了" in (await up.press_forged(last(up), "yc:1:1")).text
    await stage.pass_time(to=at(11, 21, 18, 30))
    assert not any("⏰" in one.text for one in up.private().messages), "nobody is reminded of it"
    check_silent(here)


async def test_wrong_turns_while_it_is_arranged(stage: Stage) -> None:
    here = await table(stage)
    leader = here.mediator
    chat = leader.private()
    await move_in(stage, here.scene, leader, "2", "101")
    in_group = await say(stage, leader, here.scene.group, "/meeting 板凳调解会 明天晚上七点半 凉亭 漏水")
    assert "调解不在群里办" in in_group.text
    draft = await say(stage, leader, chat, "/meeting 下周三晚上七点半 活动室 楼道灯")
    await press(stage, leader, draft, "楼宇会（换一种）")
    assert "私聊我发“调解”" in (await press(stage, leader, draft, "板凳调解会")).text
    refused = await say(stage, here.neighbour, here.neighbour.private(), "调解")
    assert "私聊请组长发起" in refused.text
    await say(stage, leader, chat, "调解")
    assert "只商量、不投票" in (await say(stage, leader, chat, "/vote 赔不赔 | 赔 | 不赔")).text
    await say(stage, leader, chat, SUBJECT)
    assert "没看懂" in (await say(stage, leader, chat, "楼上那家")).text
    assert "问不到" in (await say(stage, leader, chat, "2单元999")).text
    assert "不能和哪一方是一家" in (await say(stage, leader, chat, "2单元101")).text
    await say(stage, leader, chat, "1单元101")
    assert "已经在里面了" in (await say(stage, leader, chat, "1单元101")).text
    await stage.restart()
    family = stage.sandbox.people.new("示例家人")
    await move_in(stage, here.scene, family, "1", "102")
    which = await say(stage, leader, chat, "1单元102")
    assert which.labels == ["请全家", "示例住户 1-102", "示例家人"]
    await press(stage, leader, which, "请全家")
    assert "没听懂" in (await say(stage, leader, chat, "等有空")).text
    assert "已经过了" in (await say(stage, leader, chat, "昨天晚上七点")).text
    either = await say(stage, leader, chat, "明天八点")
    assert either.labels[:2] == ["11月21日（周六）08:00", "11月21日（周六）20:00"]
    await stage.restart()
    await press(stage, leader, either, "🗓")
    await say(stage, leader, chat, "明天")
    assert "几点" in last(leader).text
    await say(stage, leader, chat, "明天晚上七点半")
    shown = await say(stage, leader, chat, "凉亭")
    assert "示例住户 1-102、示例家人" in shown.text
    await press(stage, leader, shown, "换主持人")
    await say(stage, leader, chat, "1单元201")
    await tap(stage, leader, chat, here.neighbour.name)
    assert f"主持：{here.neighbour.name}" in last(leader).text
    await tap(stage, leader, chat, "不调解了")
    assert "都删掉了" in last(leader).text
    check_silent(here, WORDS[:-1])
    async with stage.program.store.glance() as conn:
        rows = (await conn.exec_driver_sql("SELECT subject, place FROM mediations")).all()
    assert [tuple(row) for row in rows] == [("", "")]


async def test_another_may_mediate_and_who_called_it_learns_no_more(stage: Stage) -> None:
    here = await drafted(stage)
    leader, up, down, other = here.mediator, here.upstairs, here.downstairs, here.neighbour
    await tap(stage, leader, leader.private(), "换主持人")
    await say(stage, leader, leader.private(), "1单元201")
    await tap(stage, leader, leader.private(), other.name)
    await tap(stage, leader, leader.private(), "私聊去问各方")
    for one in (other, up, down):
        await tap(stage, one, one.private(), "同意参加")
    assert "各方都同意了" in last(leader).text
    assert SUBJECT not in card(leader).text
    await stage.pass_time(to=at(11, 21, 18, 30))
    assert any("⏰" in one.text for one in up.private().messages)
    await tap(stage, other, other.private(), "改时间")
    await say(stage, other, other.private(), "后天晚上八点")
    assert "11月23日（周一）20:00" in last(up).text
    await stage.pass_time(to=at(11, 23, 20))
    await tap(stage, other, other.private(), "开始")
    await tap(stage, other, other.private(), "写约定")
    await answer(stage, other, other.private(), TEXT)
    before = len(leader.private().messages)
    for one in (up, down):
        await tap(stage, one, one.private(), "✅ 同意")
    assert len(leader.private().messages) == before
    await say(stage, leader, leader.private(), "调解")
    await tap(stage, leader, leader.private(), "🤝 调解")
    assert "谈完了" not in last(leader).text, "how it ended is for its circle"
    for forged in ("yp:1:0", "yw:1", "yv:1:1", "yg:1", "yf:1:1", "yb:1"):
        assert (await leader.press_forged(last(leader), forged)).text
    assert TEXT not in "".join(one.text for one in leader.private().messages)


async def test_it_lapses_when_somebody_has_not_answered_in_time(stage: Stage) -> None:
    here = await asked(stage)
    await tap(stage, here.upstairs, here.upstairs.private(), "同意参加")
    await stage.pass_time(to=at(11, 21, 19, 30))
    for one in (here.upstairs, here.downstairs, here.mediator):
        assert "这次没开成" in last(one).text
    await stage.pass_time(days=1)
    check_silent(here)


async def test_anybody_may_end_it_and_a_text_comes_to_nothing(stage: Stage) -> None:
    here = await held(stage)
    leader, up, down = here.mediator, here.upstairs, here.downstairs
    await tap(stage, leader, leader.private(), "写约定")
    await answer(stage, leader, leader.private(), TEXT)
    await press(stage, leader, card(leader), "没谈成，结束")
    await press(stage, leader, last(leader), "再想想")
    await press(stage, up, card(up), "不谈了")
    await tap(stage, up, up.private(), "到此为止")
    assert "到此为止，不谈了" in last(down).text
    refused = await tap(stage, down, down.private(), "✅ 同意")
    assert "这一步已经过了" in refused.text
    check_silent(here)


async def test_nobody_else_can_list_read_or_export_it(stage: Stage) -> None:
    """Whoever leads, records, counts and speaks for the office there tries all there is."""
    here = await held(stage)
    leader, up, down = here.mediator, here.upstairs, here.downstairs
    [officer] = await residents(stage, here.scene, 1)
    async with stage.program.store.unit(stage.now) as unit:
        known = await people.by_address(unit.conn, str(officer.id))
        assert known is not None
        for office in ("leader", "recorder", "teller", "supervisor"):
            await homes.appoint(unit.conn, here.scene.building_id, known.id, office, unit.now)
        facts = {"name": officer.name, "person_id": known.id, "added_at": unit.now}
        await contacts.add(unit.conn, building_id=here.scene.building_id, party="community", **facts)
    await tap(stage, leader, leader.private(), "记一句")
    await answer(stage, leader, leader.private(), "地板泡坏了")
    await tap(stage, leader, leader.private(), "写约定")
    await answer(stage, leader, leader.private(), TEXT)
    for one in (up, down):
        await tap(stage, one, one.private(), "✅ 同意")
    page = await say(stage, officer, officer.private(), "台账")
    assert "调解 1 次" in page.text
    for chat, person in ((here.scene.group, officer), (here.neighbour.private(), here.neighbour)):
        assert "调解" not in (await say(stage, person, chat, "台账")).text
    heard = await try_all(stage, here, officer)
    heard += "".join(seen.words for seen in (*officer.private().messages, *here.scene.group.messages))
    assert not [words for words in SECRETS if words in heard]
    async with stage.program.store.glance() as conn:
        exported = (await export_building(conn, here.scene.building_id, stage.now)).data
        answers = [mediation.state for mediation in await mediations.of_person(conn, known.id)]
    written = json.dumps(exported, ensure_ascii=False, default=str)
    assert not [words for words in (*SECRETS, "mediation") if words in written]
    assert set(answers) <= {"draft"}, "nothing but a draft of their own"
    await stage.pass_time(to=at(12, 1, 9))
    await stage.pass_time(to=at(12, 5, 9))
    check_silent(here, SECRETS)


async def try_all(stage: Stage, here: Table, person: Person) -> str:
    """Somebody presses all buttons and says all words there are, in private; what was answered."""
    async with stage.program.store.glance() as conn:
        tables = metadata.tables.items()
        ids = {name: await rows_here(conn, table, here.scene.building_id) for name, table in tables}
    assert all(ids[table] for table in ("mediations", "sides", "agreements"))
    shown, answers = last(person), []
    for some in batches(list(every_button(ids, 1))):
        presses = [person.begin_press(shown, data) for data in some]
        await stage.settle()
        answers += [str(one.answer.result()) for one in presses]
    for texts in batches(list(every_text(ids))):
        for words in texts:
            await person.say(person.private(), words)
        await stage.settle()
    async with stage.program.store.glance() as conn:
        assert await updates.list_faults(conn) == []
    return "".join(answers)


async def test_a_side_sees_and_deletes_its_own(stage: Stage) -> None:
    here = await held(stage)
    leader, up, down = here.mediator, here.upstairs, here.downstairs
    await tap(stage, leader, leader.private(), "记一句")
    await answer(stage, leader, leader.private(), "楼下地板泡坏了一块")
    mine = await say(stage, up, up.private(), "我的资料")
    assert f"调解：{SUBJECT}" in mine.text
    await press(stage, up, mine, "我的调解")
    await tap(stage, up, up.private(), SUBJECT)
    assert SUBJECT in card(up).text
    for one in (up, down):
        asked_first = await say(stage, one, one.private(), "/forget")
        await press(stage, one, asked_first, "确定删除")
        assert "到此为止，不谈了" in last(leader).text
    async with stage.program.store.glance() as conn:
        for query in ("SELECT subject FROM mediations", "SELECT text FROM mediation_notes"):
            assert SUBJECT not in str((await conn.exec_driver_sql(query)).all())
            assert "地板" not in str((await conn.exec_driver_sql(query)).all())
    await say(stage, leader, leader.private(), "调解")
    await tap(stage, leader, leader.private(), "🤝 调解")
    await tap(stage, leader, leader.private(), "看记录")
    assert "：（已删除）" in last(leader).text
