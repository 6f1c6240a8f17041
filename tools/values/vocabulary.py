"""The words of the calendar and the clock, English and Danish, folded."""

from typing import Literal

Part = Literal["morning", "forenoon", "afternoon", "evening", "night"]

WEEKDAYS: dict[str, int] = {
    **dict.fromkeys(("monday", "mandag", "mandagen"), 0),
    **dict.fromkeys(("tuesday", "tirsdag", "tirsdagen"), 1),
    **dict.fromkeys(("wednesday", "onsdag", "onsdagen"), 2),
    **dict.fromkeys(("thursday", "torsdag", "torsdagen"), 3),
    **dict.fromkeys(("friday", "fredag", "fredagen"), 4),
    **dict.fromkeys(("saturday", "loerdag", "loerdagen"), 5),
    **dict.fromkeys(("sunday", "soendag", "soendagen"), 6),
}
# Short names are words or names of their own ("man", "sat", "Tor"), so the grammar wants a mark of
# time beside them.
SHORT_WEEKDAYS: dict[str, int] = {
    **dict.fromkeys(("mon", "man"), 0),
    **dict.fromkeys(("tue", "tues", "tir", "tirs"), 1),
    **dict.fromkeys(("wed", "weds", "ons"), 2),
    **dict.fromkeys(("thu", "thur", "thurs", "tor", "tors"), 3),
    **dict.fromkeys(("fri", "fre"), 4),
    **dict.fromkeys(("sat", "loer"), 5),
    **dict.fromkeys(("sun", "soen"), 6),
}
LAST_WEEKDAYS: dict[str, int] = {
    name + "s": number
    for name, number in WEEKDAYS.items()
    if name.endswith("dag")  # "i tirsdags"
}
MONTHS: dict[str, int] = {
    **dict.fromkeys(("january", "januar", "jan"), 1),
    **dict.fromkeys(("february", "februar", "feb"), 2),
    **dict.fromkeys(("march", "marts", "mar"), 3),
    **dict.fromkeys(("april", "apr"), 4),
    **dict.fromkeys(("may", "maj"), 5),
    **dict.fromkeys(("june", "juni", "jun"), 6),
    **dict.fromkeys(("july", "juli", "jul"), 7),
    **dict.fromkeys(("august", "aug"), 8),
    **dict.fromkeys(("september", "sep", "sept"), 9),
    **dict.fromkeys(("october", "oktober", "oct", "okt"), 10),
    **dict.fromkeys(("november", "nov"), 11),
    **dict.fromkeys(("december", "dec"), 12),
}
NUMBERS: dict[str, int] = {
    **dict.fromkeys(("one", "en", "et", "an", "a"), 1),
    **dict.fromkeys(("two", "to"), 2),
    **dict.fromkeys(("three", "tre"), 3),
    **dict.fromkeys(("four", "fire"), 4),
    **dict.fromkeys(("five", "fem"), 5),
    **dict.fromkeys(("six", "seks"), 6),
    **dict.fromkeys(("seven", "syv"), 7),
    **dict.fromkeys(("eight", "otte"), 8),
    **dict.fromkeys(("nine", "ni"), 9),
    **dict.fromkeys(("ten", "ti"), 10),
    **dict.fromkeys(("eleven", "elleve"), 11),
    **dict.fromkeys(("twelve", "tolv"), 12),
    **dict.fromkeys(("fourteen", "fjorten"), 14),
    **dict.fromkeys(("fifteen", "femten"), 15),
    **dict.fromkeys(("twenty", "tyve"), 20),
    **dict.fromkeys(("thirty", "tredive"), 30),
    "femogtyve": 25,
    "fyrre": 40,
    "forty": 40,
    "fyrretyve": 40,
    "halvtreds": 50,
    "fifty": 50,
    "ninety": 90,
    "halvfems": 90,
}
HOURS_IN_WORDS: dict[str, int] = {
    word: number
    for word, number in NUMBERS.items()
    if number <= 12 and word not in ("a", "an", "en")
}
ORDINALS: dict[str, int] = {
    **dict.fromkeys(("first", "foerste"), 1),
    **dict.fromkeys(("second", "anden"), 2),
    **dict.fromkeys(("third", "tredje"), 3),
    **dict.fromkeys(("fourth", "fjerde"), 4),
    **dict.fromkeys(("fifth", "femte"), 5),
    **dict.fromkeys(("sixth", "sjette"), 6),
    **dict.fromkeys(("seventh", "syvende"), 7),
    **dict.fromkeys(("eighth", "ottende"), 8),
    **dict.fromkeys(("ninth", "niende"), 9),
    **dict.fromkeys(("tenth", "tiende"), 10),
    **dict.fromkeys(("eleventh", "ellevte"), 11),
    **dict.fromkeys(("twelfth", "tolvte"), 12),
}
ORDINAL_ENDS = frozenset(("st", "nd", "rd", "th"))
PARTS: dict[str, Part] = {
    **dict.fromkeys(("morning", "mornings", "morgenen"), "morning"),
    **dict.fromkeys(("formiddag", "formiddagen"), "forenoon"),
    **dict.fromkeys(("afternoon", "eftermiddag", "eftermiddagen"), "afternoon"),
    **dict.fromkeys(("evening", "aften", "aftenen"), "evening"),
    **dict.fromkeys(("night", "nat", "natten"), "night"),
}
# What an office means by them, as hours from and until. English has one word for the Danish
# "morgen" and "formiddag".
PART_HOURS: dict[Part, tuple[int, int]] = {
    "morning": (8, 12),
    "forenoon": (9, 12),
    "afternoon": (12, 17),
    "evening": (17, 22),
    "night": (22, 6),
}
DAY_UNITS: dict[str, int] = {
    **dict.fromkeys(("day", "days", "dag", "dage"), 1),
    **dict.fromkeys(("week", "weeks", "uge", "uger"), 7),
    **dict.fromkeys(("fortnight",), 14),
}
MONTH_UNITS: dict[str, int] = {
    **dict.fromkeys(("month", "months", "maaned", "maaneder"), 1),
    **dict.fromkeys(("year", "years", "aar"), 12),
}
MINUTE_UNITS: dict[str, int] = {
    **dict.fromkeys(("minute", "minutes", "minut", "minutter", "min", "mins"), 1),
    **dict.fromkeys(("hour", "hours", "hrs", "hr", "time", "timer", "timen", "t", "h"), 60),
}
NEXT = frozenset(("next", "naeste"))
THIS = frozenset(("this", "denne", "dette"))
COMING = frozenset(("coming", "kommende", "foerstkommende"))
LAST = frozenset(("last", "sidste", "forrige", "previous", "past", "seneste"))
WEEK = frozenset(("week", "uge", "ugen", "wk"))
MONTH = frozenset(("month", "maaned", "maaneden"))
WEEKEND = frozenset(("weekend", "weekenden"))
SINCE = frozenset(("since", "siden"))
TO = frozenset(("til", "to", "until", "till", "-", "–", "—"))
_SHIELD_BEFORE_TEXT = """
    php version ver v python node mysql mariadb postgres release kr dkk eur usd sek nok gbp € $ £
    # nr no number nummer faktura invoice booking ordre order lead quote tilbud cvr ip vej gade
"""
SHIELD_BEFORE = frozenset(_SHIELD_BEFORE_TEXT.split())
_SHIELD_AFTER_TEXT = """
    kr kroner dkk eur usd sek nok gbp € $ £ % procent percent m2 m² m kvm qm stk x × time timen
    timer timers hours hour hrs minutter minutes min days dage uger weeks personer people rum
    rooms gange times mio tusind
"""
SHIELD_AFTER = frozenset(_SHIELD_AFTER_TEXT.split())
