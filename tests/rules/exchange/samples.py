"""One small file of each format."""

HEAD = """\
# FILE NAME: capital.{kind}
# TITLE: Capital of Tennessee
# DATA TYPE: {kind}
# NUMBER ALTERNATIVES: 4
# NUMBER VOTERS: {voters}
# NUMBER UNIQUE ORDERS: {orders}
# ALTERNATIVE NAME 1: Memphis
# ALTERNATIVE NAME 2: Nashville
# ALTERNATIVE NAME 3: Chattanooga
# ALTERNATIVE NAME 4: Knoxville
"""
TENNESSEE = (
    HEAD.format(kind="soc", voters=100, orders=4) + "42: 1,2,3,4\n26: 2,3,4,1\n15: 3,4,2,1\n17: 4,3,2,1\n"
)
CATEGORIES = """\
# TITLE: 健身器材
# DATA TYPE: cat
# NUMBER ALTERNATIVES: 3
# NUMBER VOTERS: 7
# NUMBER CATEGORIES: 3
# CATEGORY NAME 1: 要
# CATEGORY NAME 2: 都行
# CATEGORY NAME 3: 不要
# ALTERNATIVE NAME 1: 漫步机
# ALTERNATIVE NAME 2: 单杠
# ALTERNATIVE NAME 3: 乒乓球台
4: {1, 3}, {}, 2
3: 2, {1,3}, {}
"""

FIRST = """\
4 2
-2
3 1 3 4 0
4 1 3 2 0
2 4 1 3 0
1 2 0
2 2 4 3 1 0
1 3 4 2 0
0
"Adam"
"Basil"
"Charlotte"
"Donald"
"Title"
"""  # the example of Hill, Wichmann and Woodall (1987)

BUDGET = """\
META
key;value
description;示例小区微心愿
num_projects;3
num_votes;4
budget;1000
vote_type;approval
rule;greedy
max_length;2
PROJECTS
project_id;cost;name
P1;600;路灯
P2;500;"长椅; 两张"
P3;400;
VOTES
voter_id;age;vote
1;34;P1,P2
2;;P1
3;71;P2,P3
4;50;P1,P2,P3
"""

SINGLE = """\
{
 "format": "louyuhui-ballot", "version": 1,
 "title": "停车位怎么划？",
 "method": "single",
 "options": [
  {"key": "甲", "text": "夜间住户专区20 + 访客10"},
  {"key": "乙", "text": "全部夜间住户专区"},
  {"key": "丙", "text": "夜间住户专区15 + 访客10 + 充电5"}
 ],
 "votes": [
  {"vote": "丙", "times": 22},
  {"vote": "甲", "times": 15},
  {"vote": "乙", "times": 11}
 ]
}
"""
