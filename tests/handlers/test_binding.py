"""A group meets the bot and is bound to its building."""

from __future__ import annotations

from tests.stage import Stage


async def test_a_group_is_bound_by_its_administrator(stage: Stage) -> None:
    leader = stage.sandbox.people.new("示例组长")
    group = stage.sandbox.people.new_group("3栋邻里群", leader)
    await leader.add_bot(group, admin=True)
    await stage.settle()
    hello = group.messages[-1]
    assert "绑定本楼栋" in hello.labels
    await leader.press(hello, "绑定本楼栋")
    await stage.settle()
    asked = hello
    await leader.reply(asked, "3栋")
    await stage.settle()
    units = group.messages[-1]
    await leader.press(units, "2")
    await stage.settle()
    await leader.reply(units, "48户")
    await stage.settle()
    await leader.press(group.messages[-1], "✅ 对，就这样")
    await stage.settle()
    assert "48 户" in group.messages[-1].text
