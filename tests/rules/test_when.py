"""Times as residents write them, each read at a fixed now."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rules.when import (
    Ambiguous,
    InThePast,
    Moment,
    NoSuchDate,
    NotUnderstood,
    Part,
    Precision,
    read,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")

FRIDAY = "2026-11-20 15:00"  # an afternoon in the middle of a month
MONDAY = "2026-11-23 08:00"
SUNDAY = "2026-11-22 21:30"  # the last evening of a week
MONTH_END = "2026-01-31 20:00"  # the evening of the 31st
NEW_YEAR = "2026-12-31 23:59"
AFTER_MIDNIGHT = "2027-01-01 00:01"
LEAP_DAY = "2028-02-29 12:00"
LUNAR_EVE = "2026-02-16 10:00"  # the last day of the lunar year
LEAP_MONTH = "2025-07-10 09:00"  # a fortnight before the leap sixth month


def at(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def short(moment):
    """Write a moment as the tables do: minutes, the part of a day, or a day."""
    if moment.precision is Precision.MINUTE:
        end = ""
        if moment.end:
            same_day = moment.end.date() == moment.start.date()
            end = f"{moment.end:–%H:%M}" if same_day else f"{moment.end:–%Y-%m-%d %H:%M}"
        return f"{moment.start:%Y-%m-%d %H:%M}{end}"
    if moment.precision is Precision.PART:
        return f"{moment.start:%Y-%m-%d} {moment.part}"
    return f"{moment.start:%Y-%m-%d}" + (f"{moment.end:–%Y-%m-%d}" if moment.end else "")


MOMENTS = [
    # weeks, which begin on Monday
    (FRIDAY, "下周三晚上七点半", "2026-11-25 19:30"),
    (FRIDAY, "本周六上午9点", "2026-11-21 09:00"),
    (FRIDAY, "这周五下午四点", "2026-11-20 16:00"),
    ("2026-11-20 14:59", "这周五下午三点", "2026-11-20 15:00"),
    (MONDAY, "这周五下午三点", "2026-11-27 15:00"),
    (FRIDAY, "周五下午四点", "2026-11-20 16:00"),
    (FRIDAY, "周五下午三点", "2026-11-27 15:00"),
    (FRIDAY, "周五下午两点", "2026-11-27 14:00"),
    (FRIDAY, "周日下午3点", "2026-11-22 15:00"),
    (FRIDAY, "礼拜天晚饭后七点", "2026-11-22 19:00"),
    (FRIDAY, "下下周一中午十二点", "2026-11-30 12:00"),
    (FRIDAY, "下个星期三 19:00", "2026-11-25 19:00"),
    (FRIDAY, "下礼拜五下午三点", "2026-11-27 15:00"),
    (FRIDAY, "这个周六上午十点", "2026-11-21 10:00"),
    (FRIDAY, "星期一晚8点", "2026-11-23 20:00"),
    (FRIDAY, "周3晚上7点半", "2026-11-25 19:30"),
    (FRIDAY, "两周后的周三晚上七点", "2026-12-02 19:00"),
    (FRIDAY, "下週三晚上七點半", "2026-11-25 19:30"),
    (MONDAY, "周一上午九点", "2026-11-23 09:00"),
    (MONDAY, "周一早上七点半", "2026-11-30 07:30"),
    (MONDAY, "本周日上午九点", "2026-11-29 09:00"),
    (MONDAY, "下周一上午九点", "2026-11-30 09:00"),
    (MONDAY, "下周日上午九点", "2026-12-06 09:00"),
    (SUNDAY, "下周一上午九点", "2026-11-23 09:00"),
    (SUNDAY, "周一上午九点", "2026-11-23 09:00"),
    (SUNDAY, "下周日下午三点", "2026-11-29 15:00"),
    (SUNDAY, "周日晚上十点", "2026-11-22 22:00"),
    (SUNDAY, "周日晚上九点", "2026-11-29 21:00"),
    (NEW_YEAR, "下周三晚上七点", "2027-01-06 19:00"),
    (LUNAR_EVE, "下周三晚上七点", "2026-02-25 19:00"),
    # days from today
    (FRIDAY, "今晚七点", "2026-11-20 19:00"),
    (FRIDAY, "今天下午四点", "2026-11-20 16:00"),
    (FRIDAY, "今儿晚上八点", "2026-11-20 20:00"),
    (FRIDAY, "明天下午两点半", "2026-11-21 14:30"),
    (FRIDAY, "明早9点", "2026-11-21 09:00"),
    (FRIDAY, "明晚八点", "2026-11-21 20:00"),
    (FRIDAY, "明日10:00", "2026-11-21 10:00"),
    (FRIDAY, "后天晚上8点一刻", "2026-11-22 20:15"),
    (FRIDAY, "大后天早上八点", "2026-11-23 08:00"),
    (FRIDAY, "三天后上午九点半", "2026-11-23 09:30"),
    (FRIDAY, "3天以后的下午3点", "2026-11-23 15:00"),
    (FRIDAY, "十天之后晚上七点", "2026-11-30 19:00"),
    (FRIDAY, "两个星期后晚上七点", "2026-12-04 19:00"),
    (FRIDAY, "半个月后上午九点", "2026-12-05 09:00"),
    (FRIDAY, "一个月后晚上七点", "2026-12-20 19:00"),
    (MONTH_END, "一个月后晚上七点", "2026-02-28 19:00"),
    (MONTH_END, "明天上午九点", "2026-02-01 09:00"),
    (MONTH_END, "今晚八点半", "2026-01-31 20:30"),
    (NEW_YEAR, "明天上午九点", "2027-01-01 09:00"),
    (NEW_YEAR, "后天上午九点", "2027-01-02 09:00"),
    (AFTER_MIDNIGHT, "今晚七点", "2027-01-01 19:00"),
    (AFTER_MIDNIGHT, "明天上午九点", "2027-01-02 09:00"),
    (LEAP_DAY, "明天上午九点", "2028-03-01 09:00"),
    (LEAP_DAY, "今天下午三点", "2028-02-29 15:00"),
    (LEAP_DAY, "一个月后上午九点", "2028-03-29 09:00"),
    (FRIDAY, "两小时后", "2026-11-20 17:00"),
    (FRIDAY, "一个半小时后", "2026-11-20 16:30"),
    (FRIDAY, "半小时后", "2026-11-20 15:30"),
    (FRIDAY, "20分钟后", "2026-11-20 15:20"),
    (FRIDAY, "一刻钟后", "2026-11-20 15:15"),
    (NEW_YEAR, "两个小时之后", "2027-01-01 01:59"),
    # dates
    (FRIDAY, "11月28号上午十点", "2026-11-28 10:00"),
    (FRIDAY, "12月1日19:30", "2026-12-01 19:30"),
    (FRIDAY, "十二月一号晚上七点半", "2026-12-01 19:30"),
    (FRIDAY, "１２月１日１９：３０", "2026-12-01 19:30"),
    (FRIDAY, "2026-12-01 19:30", "2026-12-01 19:30"),
    (FRIDAY, "2026/12/1 19:30", "2026-12-01 19:30"),
    (FRIDAY, "2026.12.1 19:30", "2026-12-01 19:30"),
    (FRIDAY, "2026年12月1日晚7点", "2026-12-01 19:00"),
    (FRIDAY, "二零二七年三月五号上午九点", "2027-03-05 09:00"),
    (FRIDAY, "27年3月5日 09:00", "2027-03-05 09:00"),
    (FRIDAY, "明年3月5号上午九点", "2027-03-05 09:00"),
    (FRIDAY, "3月5号上午九点", "2027-03-05 09:00"),
    (FRIDAY, "12/1 7:30pm", "2026-12-01 19:30"),
    (FRIDAY, "12/1 晚上七点半", "2026-12-01 19:30"),
    (FRIDAY, "11.28 上午9:30", "2026-11-28 09:30"),
    (FRIDAY, "11月28日（周六）10:00", "2026-11-28 10:00"),
    (FRIDAY, "11月28日星期六上午十点", "2026-11-28 10:00"),
    (FRIDAY, "周六（11月28日）上午十点", "2026-11-28 10:00"),
    (FRIDAY, "2026年11月25日星期三 19:30", "2026-11-25 19:30"),
    (FRIDAY, "下个月5号晚上七点", "2026-12-05 19:00"),
    (FRIDAY, "下月5日19:00", "2026-12-05 19:00"),
    (FRIDAY, "下下个月5号晚上七点", "2027-01-05 19:00"),
    (FRIDAY, "本月28号上午十点", "2026-11-28 10:00"),
    (FRIDAY, "28号上午十点", "2026-11-28 10:00"),
    (FRIDAY, "5号晚上七点", "2026-12-05 19:00"),
    (FRIDAY, "31号晚上七点", "2026-12-31 19:00"),
    (FRIDAY, "二十号晚上七点", "2026-11-20 19:00"),
    (FRIDAY, "二十号下午两点", "2026-12-20 14:00"),
    (MONTH_END, "下个月1号上午九点", "2026-02-01 09:00"),
    (MONTH_END, "31号晚上九点", "2026-01-31 21:00"),
    (MONTH_END, "31号晚上七点", "2026-03-31 19:00"),
    (MONTH_END, "30号晚上七点", "2026-03-30 19:00"),
    (NEW_YEAR, "1月5号晚上七点", "2027-01-05 19:00"),
    (NEW_YEAR, "下个月5号晚上七点", "2027-01-05 19:00"),
    (AFTER_MIDNIGHT, "本月5号晚上七点", "2027-01-05 19:00"),
    (LEAP_DAY, "2月29号下午三点", "2028-02-29 15:00"),
    ("2027-06-01 09:00", "2月29号上午十点", "2028-02-29 10:00"),
    (FRIDAY, "月底上午十点", "2026-11-30 10:00"),
    (FRIDAY, "这个月底晚上七点", "2026-11-30 19:00"),
    (FRIDAY, "下月底晚上七点", "2026-12-31 19:00"),
    (FRIDAY, "2月底上午九点", "2027-02-28 09:00"),
    (FRIDAY, "11月最后一天上午九点", "2026-11-30 09:00"),
    (MONTH_END, "月底晚上九点", "2026-01-31 21:00"),
    (MONTH_END, "月底上午十点", "2026-02-28 10:00"),
    (LEAP_DAY, "月底下午三点", "2028-02-29 15:00"),
    (FRIDAY, "下个月第一个周六上午九点", "2026-12-05 09:00"),
    (FRIDAY, "这个月最后一个周五晚上七点", "2026-11-27 19:00"),
    (FRIDAY, "12月第二个星期三晚上七点", "2026-12-09 19:00"),
    (FRIDAY, "第一个周六上午九点", "2026-12-05 09:00"),
    # lunar days and festivals
    (FRIDAY, "腊月二十三下午两点", "2027-01-30 14:00"),
    (FRIDAY, "正月十五晚上七点", "2027-02-20 19:00"),
    (FRIDAY, "农历八月十五晚上七点", "2027-09-15 19:00"),
    (FRIDAY, "冬月初一上午九点", "2026-12-09 09:00"),
    (FRIDAY, "大年初三上午十点", "2027-02-08 10:00"),
    (FRIDAY, "初五下午三点", "2026-12-13 15:00"),
    (FRIDAY, "三月初三上午九点", "2027-04-09 09:00"),
    (FRIDAY, "腊月廿四上午九点", "2027-01-31 09:00"),
    (FRIDAY, "农历二月三十上午九点", "2027-04-06 09:00"),  # this year's, which is over, had 29 days
    (LUNAR_EVE, "正月初一上午九点", "2026-02-17 09:00"),
    (LUNAR_EVE, "腊月二十九晚上七点", "2026-02-16 19:00"),
    (LUNAR_EVE, "腊月二十三下午两点", "2027-01-30 14:00"),
    (LUNAR_EVE, "除夕下午三点", "2026-02-16 15:00"),
    (LUNAR_EVE, "春节上午十点", "2026-02-17 10:00"),
    (LUNAR_EVE, "元宵节晚上七点", "2026-03-03 19:00"),
    (LEAP_MONTH, "闰六月初一上午九点", "2025-07-25 09:00"),
    (LEAP_MONTH, "农历六月二十上午九点", "2025-07-14 09:00"),
    (LEAP_MONTH, "七夕晚上七点", "2025-08-29 19:00"),
    (FRIDAY, "元旦下午三点", "2027-01-01 15:00"),
    (FRIDAY, "明年元旦下午三点", "2027-01-01 15:00"),
    (FRIDAY, "春节上午十点", "2027-02-06 10:00"),
    (FRIDAY, "国庆节上午九点", "2027-10-01 09:00"),
    (FRIDAY, "中秋节晚上七点", "2027-09-15 19:00"),
    (FRIDAY, "清明上午九点", "2027-04-05 09:00"),
    (FRIDAY, "五一上午九点", "2027-05-01 09:00"),
    (FRIDAY, "端午节下午三点", "2027-06-09 15:00"),
    (FRIDAY, "重阳节上午九点", "2027-10-08 09:00"),
    (FRIDAY, "冬至晚上六点", "2026-12-22 18:00"),
    (FRIDAY, "腊八上午九点", "2027-01-15 09:00"),
    (FRIDAY, "六一儿童节上午九点", "2027-06-01 09:00"),
    (NEW_YEAR, "元旦上午十点", "2027-01-01 10:00"),
    # hours
    (FRIDAY, "明天19:30", "2026-11-21 19:30"),
    (FRIDAY, "明天十九点三十分", "2026-11-21 19:30"),
    (FRIDAY, "明天19时30分", "2026-11-21 19:30"),
    (FRIDAY, "明天晚上7点05", "2026-11-21 19:05"),
    (FRIDAY, "明天晚上七点零五分", "2026-11-21 19:05"),
    (FRIDAY, "明天晚上七点过五分", "2026-11-21 19:05"),
    (FRIDAY, "明天晚上差五分八点", "2026-11-21 19:55"),
    (FRIDAY, "明天晚上八点差一刻", "2026-11-21 19:45"),
    (FRIDAY, "明天晚上七点三刻", "2026-11-21 19:45"),
    (FRIDAY, "明天晚上七点整", "2026-11-21 19:00"),
    (FRIDAY, "明天晚上七点钟", "2026-11-21 19:00"),
    (FRIDAY, "明天下午12点半", "2026-11-21 12:30"),
    (FRIDAY, "明天中午一点", "2026-11-21 13:00"),
    (FRIDAY, "明天中午十一点半", "2026-11-21 11:30"),
    (FRIDAY, "明天正午", "2026-11-21 12:00"),
    (FRIDAY, "明天傍晚六点", "2026-11-21 18:00"),
    (FRIDAY, "明天凌晨一点", "2026-11-21 01:00"),
    (FRIDAY, "明天下班后六点半", "2026-11-21 18:30"),
    (FRIDAY, "今晚十二点", "2026-11-21 00:00"),
    (FRIDAY, "明天0点", "2026-11-21 00:00"),
    (FRIDAY, "明天24:00", "2026-11-22 00:00"),
    (FRIDAY, "明天07:30", "2026-11-21 07:30"),
    (FRIDAY, "明天三点", "2026-11-21 15:00"),
    (FRIDAY, "明天九点半", "2026-11-21 09:30"),
    (FRIDAY, "明天十一点", "2026-11-21 11:00"),
    (FRIDAY, "明天十二点", "2026-11-21 12:00"),
    (FRIDAY, "今天七点", "2026-11-20 19:00"),
    (FRIDAY, "七点半", "2026-11-20 19:30"),
    (FRIDAY, "上午九点", "2026-11-21 09:00"),
    (FRIDAY, "19:30", "2026-11-20 19:30"),
    (SUNDAY, "晚上八点", "2026-11-23 20:00"),
    (NEW_YEAR, "凌晨0点", "2027-01-01 00:00"),
    (AFTER_MIDNIGHT, "凌晨1点", "2027-01-01 01:00"),
    # spans
    (FRIDAY, "明天晚上七点到八点半", "2026-11-21 19:00–20:30"),
    (FRIDAY, "七点到八点半", "2026-11-20 19:00–20:30"),
    (FRIDAY, "明天上午9点到11点", "2026-11-21 09:00–11:00"),
    (FRIDAY, "明天上午9点至下午1点", "2026-11-21 09:00–13:00"),
    (FRIDAY, "明天9点到下午5点", "2026-11-21 09:00–17:00"),
    (FRIDAY, "明天11点到1点", "2026-11-21 11:00–13:00"),
    (FRIDAY, "明天下午2-4点", "2026-11-21 14:00–16:00"),
    (FRIDAY, "明天19:30-21:00", "2026-11-21 19:30–21:00"),
    (FRIDAY, "明天１９：３０～２１：００", "2026-11-21 19:30–21:00"),
    (FRIDAY, "明天晚上十点到凌晨一点", "2026-11-21 22:00–2026-11-22 01:00"),
    (FRIDAY, "明天晚上七点开两个小时", "2026-11-21 19:00–21:00"),
    (FRIDAY, "明天晚上七点，半小时", "2026-11-21 19:00–19:30"),
    (FRIDAY, "周三晚上七点到周五晚上九点", "2026-11-25 19:00–2026-11-27 21:00"),
    (FRIDAY, "周三到周五", "2026-11-25–2026-11-27"),
    (FRIDAY, "下周三到下周五", "2026-11-25–2026-11-27"),
    (FRIDAY, "11月28号到30号", "2026-11-28–2026-11-30"),
    (FRIDAY, "11月28日至12月1日", "2026-11-28–2026-12-01"),
    (NEW_YEAR, "12月31日到1月3日", "2026-12-31–2027-01-03"),
    # less than an hour was said
    (FRIDAY, "月底", "2026-11-30"),
    (MONTH_END, "月底", "2026-01-31"),  # the evening is still ahead
    (FRIDAY, "后天", "2026-11-22"),
    (FRIDAY, "今天", "2026-11-20"),
    (FRIDAY, "下周三", "2026-11-25"),
    (FRIDAY, "春节", "2027-02-06"),
    (FRIDAY, "2026-12-01", "2026-12-01"),
    (FRIDAY, "11.28上午", "2026-11-28 morning"),
    (FRIDAY, "明天晚上", "2026-11-21 evening"),
    (FRIDAY, "今天下午", "2026-11-20 afternoon"),
    (FRIDAY, "周日晚饭后", "2026-11-22 evening"),
    # as people wrap it
    (FRIDAY, "那就下周三晚上七点半吧", "2026-11-25 19:30"),
    (FRIDAY, "定在明天下午三点开会。", "2026-11-21 15:00"),
    (FRIDAY, " 明天 下午 三点左右 ", "2026-11-21 15:00"),
    (FRIDAY, "改到后天晚上七点！", "2026-11-22 19:00"),
    (FRIDAY, "下周三，晚上七点半", "2026-11-25 19:30"),
    (FRIDAY, "下周三的晚上七点半", "2026-11-25 19:30"),
    # English
    (FRIDAY, "next Wednesday 7:30 pm", "2026-11-25 19:30"),
    (FRIDAY, "next Wednesday at 7:30 p.m.", "2026-11-25 19:30"),
    (FRIDAY, "this Saturday at 9 am", "2026-11-21 09:00"),
    (FRIDAY, "Sunday 3pm", "2026-11-22 15:00"),
    (FRIDAY, "on Friday at 4 pm", "2026-11-20 16:00"),
    (FRIDAY, "Wednesday next week at 7 pm", "2026-11-25 19:00"),
    (FRIDAY, "the week after next on Monday at noon", "2026-11-30 12:00"),
    (FRIDAY, "tomorrow at 2:30pm", "2026-11-21 14:30"),
    (FRIDAY, "tonight at 7", "2026-11-20 19:00"),
    (FRIDAY, "7 pm tonight", "2026-11-20 19:00"),
    (FRIDAY, "the day after tomorrow at a quarter past eight in the evening", "2026-11-22 20:15"),
    (FRIDAY, "in three days at 9:30", "2026-11-23 09:30"),
    (FRIDAY, "in two weeks at 7pm", "2026-12-04 19:00"),
    (FRIDAY, "a month from now at 7pm", "2026-12-20 19:00"),
    (FRIDAY, "in two hours", "2026-11-20 17:00"),
    (FRIDAY, "in an hour and a half", "2026-11-20 16:30"),
    (FRIDAY, "Nov 28 10 am", "2026-11-28 10:00"),
    (FRIDAY, "November 28th at 10 am", "2026-11-28 10:00"),
    (FRIDAY, "28 November 10:00", "2026-11-28 10:00"),
    (FRIDAY, "Saturday, November 28, 2026, 10:00 AM", "2026-11-28 10:00"),
    (FRIDAY, "Dec 1, 7:30 PM", "2026-12-01 19:30"),
    (FRIDAY, "1st of December at half past seven pm", "2026-12-01 19:30"),
    (FRIDAY, "the 5th of next month at 7pm", "2026-12-05 19:00"),
    (FRIDAY, "on the 28th at 10 am", "2026-11-28 10:00"),
    (FRIDAY, "the last Friday of this month at 7 pm", "2026-11-27 19:00"),
    (FRIDAY, "the first Saturday of December at 9 am", "2026-12-05 09:00"),
    (FRIDAY, "end of the month", "2026-11-30"),
    (FRIDAY, "tomorrow morning", "2026-11-21 morning"),
    (FRIDAY, "tomorrow from 7 to 8:30 pm", "2026-11-21 19:00–20:30"),
    (FRIDAY, "7-8:30pm tomorrow", "2026-11-21 19:00–20:30"),
    (FRIDAY, "tomorrow between 2 and 4 pm", "2026-11-21 14:00–16:00"),
    (FRIDAY, "tomorrow 7pm for two hours", "2026-11-21 19:00–21:00"),
    (FRIDAY, "quarter to eight pm tomorrow", "2026-11-21 19:45"),
    (FRIDAY, "Friday noon", "2026-11-27 12:00"),
    (FRIDAY, "Wednesday to Friday", "2026-11-25–2026-11-27"),
    (FRIDAY, "Christmas Eve at 6 pm", "2026-12-24 18:00"),
    (FRIDAY, "Spring Festival", "2027-02-06"),
    (LEAP_DAY, "Feb 29 3 pm", "2028-02-29 15:00"),
    (FRIDAY, "下周三（11月25日）晚上七点", "2026-11-25 19:00"),
    (FRIDAY, "明天（11月21日）下午三点", "2026-11-21 15:00"),
    (FRIDAY, "11月28日（农历十月二十）上午九点", "2026-11-28 09:00"),
    (FRIDAY, "大年初三（2月8日）上午十点", "2027-02-08 10:00"),
    (FRIDAY, "周六28号下午三点", "2026-11-28 15:00"),
    (FRIDAY, "Saturday the 28th at 10 am", "2026-11-28 10:00"),
    (FRIDAY, "今天周五下午四点", "2026-11-20 16:00"),
    (FRIDAY, "两个半小时后", "2026-11-20 17:30"),
    (FRIDAY, "NEXT WEDNESDAY 7:30PM", "2026-11-25 19:30"),
    (FRIDAY, "PM7:30", "2026-11-20 19:30"),
    (FRIDAY, "7 in the evening", "2026-11-20 19:00"),
    (FRIDAY, "at 7 tomorrow evening", "2026-11-21 19:00"),
    (FRIDAY, "Friday 7 to 9 pm", "2026-11-20 19:00–21:00"),
    (FRIDAY, "Friday from 7 pm to 9", "2026-11-20 19:00–21:00"),
    (FRIDAY, "ten to eight pm tomorrow", "2026-11-21 19:50"),
    (FRIDAY, "12 am tomorrow", "2026-11-21 00:00"),
    (FRIDAY, "2026-12-01T19:30", "2026-12-01 19:30"),
    (FRIDAY, "from Nov 28 to Nov 30", "2026-11-28–2026-11-30"),
    (FRIDAY, "2026年12月1日下午3:00—5:00", "2026-12-01 15:00–17:00"),
    (FRIDAY, "元月5号上午九点", "2027-01-05 09:00"),
    (FRIDAY, "腊月28下午三点", "2027-02-04 15:00"),
    (FRIDAY, "12月1日（星期二）晚上7:30-9:00", "2026-12-01 19:30–21:00"),
    (FRIDAY, "明天晚上 7 点 半", "2026-11-21 19:30"),
]


@pytest.mark.parametrize(("now", "text", "expected"), MOMENTS)
def test_a_time_is_read_as_residents_mean_it(now, text, expected):
    reading = read(text, at(now))
    assert isinstance(reading, Moment), reading
    assert short(reading) == expected


@pytest.mark.parametrize(
    ("now", "text", "past"),
    [
        (FRIDAY, "昨天下午三点", "2026-11-19 15:00"),
        (FRIDAY, "前天", "2026-11-18"),
        (FRIDAY, "今天上午九点半", "2026-11-20 09:30"),
        (FRIDAY, "今天下午三点", "2026-11-20 15:00"),  # this very minute is not ahead
        (FRIDAY, "今天上午", "2026-11-20 morning"),
        (FRIDAY, "这周三晚上七点", "2026-11-18 19:00"),
        (FRIDAY, "这周五下午三点", "2026-11-20 15:00"),
        (FRIDAY, "上周三晚上七点", "2026-11-11 19:00"),
        (FRIDAY, "本周一", "2026-11-16"),
        (FRIDAY, "11月18日上午九点", "2026-11-18 09:00"),
        (FRIDAY, "11月1号", "2026-11-01"),
        (FRIDAY, "2025-12-01 19:30", "2025-12-01 19:30"),
        (FRIDAY, "去年12月1号晚上七点", "2025-12-01 19:00"),
        (FRIDAY, "今年国庆", "2026-10-01"),
        (FRIDAY, "上个月5号", "2026-10-05"),
        (FRIDAY, "本月5号晚上七点", "2026-11-05 19:00"),
        (FRIDAY, "yesterday at 3 pm", "2026-11-19 15:00"),
        (FRIDAY, "last Friday at 7 pm", "2026-11-13 19:00"),
        (FRIDAY, "Nov 18 at 9 am", "2026-11-18 09:00"),
        (NEW_YEAR, "今晚八点", "2026-12-31 20:00"),
        (NEW_YEAR, "12月31号上午九点", "2026-12-31 09:00"),
        (LEAP_MONTH, "六月二十日上午九点", "2025-06-20 09:00"),
        (NEW_YEAR, "12月31日晚上八点", "2026-12-31 20:00"),
        (AFTER_MIDNIGHT, "12月31日晚上八点", "2026-12-31 20:00"),
        (AFTER_MIDNIGHT, "12月28日晚上八点", "2026-12-28 20:00"),
    ],
)
def test_a_time_that_is_over_says_which_it_was(now, text, past):
    reading = read(text, at(now))
    assert isinstance(reading, InThePast), reading
    assert short(reading.reading) == past


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (FRIDAY, "2月30号"),
        (FRIDAY, "2月30号晚上七点"),
        (FRIDAY, "2月29号上午九点"),  # neither this year nor next
        (FRIDAY, "2027-02-29 19:00"),
        (FRIDAY, "11月31日19:30"),
        (FRIDAY, "13月1日"),
        (FRIDAY, "12/32 7pm"),
        (FRIDAY, "本月31号"),
        (NEW_YEAR, "2月31号"),
        (MONTH_END, "下个月30号"),
        (MONTH_END, "35号"),
        (FRIDAY, "下个月第五个周一"),
        (FRIDAY, "闰六月初一"),
        (FRIDAY, "农历八月三十"),
        (LUNAR_EVE, "腊月三十"),  # the month had 29 days
        (FRIDAY, "Feb 30 at 7 pm"),
        (FRIDAY, "the 31st of this month"),
    ],
)
def test_a_day_no_calendar_has_is_said_to_be_none(now, text):
    assert read(text, at(now)) == NoSuchDate(text)


@pytest.mark.parametrize(
    ("now", "text", "meanings"),
    [
        (FRIDAY, "周三七点", ["2026-11-25 07:00", "2026-11-25 19:00"]),
        (FRIDAY, "明天八点半", ["2026-11-21 08:30", "2026-11-21 20:30"]),
        (FRIDAY, "明天 7:30", ["2026-11-21 07:30", "2026-11-21 19:30"]),
        (SUNDAY, "七点到八点", ["2026-11-23 07:00–08:00", "2026-11-23 19:00–20:00"]),
        ("2026-11-23 06:00", "七点", ["2026-11-23 07:00", "2026-11-23 19:00"]),
        (SUNDAY, "七点半", ["2026-11-23 07:30", "2026-11-23 19:30"]),
        (FRIDAY, "tomorrow at 7", ["2026-11-21 07:00", "2026-11-21 19:00"]),
        (FRIDAY, "十一月二十八上午十点", ["2026-11-28 10:00", "2027-01-05 10:00"]),
        (FRIDAY, "八月十五", ["2027-08-15", "2027-09-15"]),
        (FRIDAY, "小年下午三点", ["2027-01-30 15:00", "2027-01-31 15:00"]),
        (FRIDAY, "周末上午九点", ["2026-11-21 09:00", "2026-11-22 09:00"]),
        (FRIDAY, "下周末", ["2026-11-28", "2026-11-29"]),
        (FRIDAY, "this weekend", ["2026-11-21", "2026-11-22"]),
        (FRIDAY, "11月25日（周四）19:30", ["2026-11-25 19:30", "2026-11-26 19:30"]),
        (FRIDAY, "下周二（12月1日）晚上七点", ["2026-11-24 19:00", "2026-12-01 19:00"]),
        (FRIDAY, "28号（周五）下午三点", ["2026-11-27 15:00", "2026-11-28 15:00"]),
        (FRIDAY, "Friday, Nov 28, 10 am", ["2026-11-27 10:00", "2026-11-28 10:00"]),
        (FRIDAY, "明天晚上两点", ["2026-11-21 02:00", "2026-11-22 02:00"]),
        (FRIDAY, "midnight on Wednesday", ["2026-11-25 00:00", "2026-11-26 00:00"]),
    ],
)
def test_what_can_be_meant_in_two_ways_is_asked_and_not_guessed(now, text, meanings):
    reading = read(text, at(now))
    assert isinstance(reading, Ambiguous), reading
    assert [short(meaning) for meaning in reading.readings] == meanings
    assert reading.text == text


def test_next_week_alone_offers_its_seven_days():
    reading = read("下周", at(FRIDAY))
    assert isinstance(reading, Ambiguous)
    assert [short(day) for day in reading.readings] == [f"2026-11-{day}" for day in range(23, 30)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "随便",
        "下下礼拜五半夜三更天",
        "25点",
        "明天二十五点",
        "明天七点七十分",
        "上午19:30",
        "过几天",
        "国庆后",
        "春节前",
        "五点前",
        "周三晚上八点以后",
        "by Friday",
        "after 7 pm",
        "下午两三点",
        "七八点",
        "三五天后",
        "这周六或者周日",
        "国庆节第二天",
        "今晚凌晨一点",
        "12月1号到3号晚上七点",
        "三点建议",
        "3栋2单元",
        "5号楼",
        "16件健身器材",
        "明天后天",
        "下周三下周四",
        "十十点",
        "一月",
        "100%",
        "3/4的业主",
        "每月",
        "每五点",
        "周五晚会",
        "hello",
        "someday",
        "may",
        "the second floor",
        "in 0 days at the",
        "٣ nights",
        "晚" * 150,
        "七点" * 150,
    ],
)
def test_what_is_no_time_is_not_understood(text):
    assert read(text, at(FRIDAY)) == NotUnderstood(text)


def test_the_parts_of_the_day_are_told_apart():
    said = {"凌晨": Part.SMALL_HOURS, "上午": Part.MORNING, "中午": Part.NOON, "下午": Part.AFTERNOON,
            "晚上": Part.EVENING, "半夜": Part.NIGHT}  # fmt: skip
    for word, part in said.items():
        reading = read(f"后天{word}", at(FRIDAY))
        assert isinstance(reading, Moment)
        assert (reading.part, reading.precision) == (part, Precision.PART)
