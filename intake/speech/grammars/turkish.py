# SPDX-License-Identifier: GPL-3.0-or-later
"""Turkish: the clock of 24 hours in plain figures ("saat sekiz otuz": "buçuk" and "kala" are easily misheard).

Case endings follow the last word's vowel and consonant; the words that can stand last are few, so a table says them.
"""

import datetime as dt

from intake.speech.grammar import DateForm, Grammar, Moment, TimeForm, forms, table
from intake.speech.numerals import Numerals

_ONES = ("sıfır", "bir", "iki", "üç", "dört", "beş", "altı", "yedi", "sekiz", "dokuz")
NUMERALS = Numerals(
    small=(*_ONES, "on", *(f"on {one}" for one in _ONES[1:])),
    tens=("yirmi", "otuz", "kırk", "elli", "altmış", "yetmiş", "seksen", "doksan"),
    hundreds=("yüz", *(f"{one} yüz" for one in _ONES[2:])),
    thousands=("bin",),
    millions=("milyon",),
    one_thousand="bin",
)

_CASES = {
    "sıfır": ("sıfırda", "sıfırdan", "sıfıra"),
    "bir": ("birde", "birden", "bire"),
    "iki": ("ikide", "ikiden", "ikiye"),
    "üç": ("üçte", "üçten", "üçe"),
    "dört": ("dörtte", "dörtten", "dörde"),
    "beş": ("beşte", "beşten", "beşe"),
    "altı": ("altıda", "altıdan", "altıya"),
    "yedi": ("yedide", "yediden", "yediye"),
    "sekiz": ("sekizde", "sekizden", "sekize"),
    "dokuz": ("dokuzda", "dokuzdan", "dokuza"),
    "on": ("onda", "ondan", "ona"),
    "yirmi": ("yirmide", "yirmiden", "yirmiye"),
    "otuz": ("otuzda", "otuzdan", "otuza"),
    "kırk": ("kırkta", "kırktan", "kırka"),
    "elli": ("ellide", "elliden", "elliye"),
    "altmış": ("altmışta", "altmıştan", "altmışa"),
    "yetmiş": ("yetmişte", "yetmişten", "yetmişe"),
    "seksen": ("seksende", "seksenden", "seksene"),
    "doksan": ("doksanda", "doksandan", "doksana"),
    "yüz": ("yüzde", "yüzden", "yüze"),
    "bin": ("binde", "binden", "bine"),
    "Ocak": ("Ocak'ta", "Ocak'tan", "Ocak'a"),
    "Şubat": ("Şubat'ta", "Şubat'tan", "Şubat'a"),
    "Mart": ("Mart'ta", "Mart'tan", "Mart'a"),
    "Nisan": ("Nisan'da", "Nisan'dan", "Nisan'a"),
    "Mayıs": ("Mayıs'ta", "Mayıs'tan", "Mayıs'a"),
    "Haziran": ("Haziran'da", "Haziran'dan", "Haziran'a"),
    "Temmuz": ("Temmuz'da", "Temmuz'dan", "Temmuz'a"),
    "Ağustos": ("Ağustos'ta", "Ağustos'tan", "Ağustos'a"),
    "Eylül": ("Eylül'de", "Eylül'den", "Eylül'e"),
    "Ekim": ("Ekim'de", "Ekim'den", "Ekim'e"),
    "Kasım": ("Kasım'da", "Kasım'dan", "Kasım'a"),
    "Aralık": ("Aralık'ta", "Aralık'tan", "Aralık'a"),
}
_AT, _FROM, _TO = range(3)

_ORDINALS = {
    "bir": "birinci",
    "iki": "ikinci",
    "üç": "üçüncü",
    "dört": "dördüncü",
    "beş": "beşinci",
    "altı": "altıncı",
    "yedi": "yedinci",
    "sekiz": "sekizinci",
    "dokuz": "dokuzuncu",
    "on": "onuncu",
    "yirmi": "yirminci",
    "otuz": "otuzuncu",
    "kırk": "kırkıncı",
    "elli": "ellinci",
    "altmış": "altmışıncı",
    "yetmiş": "yetmişinci",
    "seksen": "sekseninci",
    "doksan": "doksanıncı",
    "yüz": "yüzüncü",
    "bin": "bininci",
    "milyon": "milyonuncu",
}


def _with_ending(words: str, case: int) -> str:
    before, space, last = words.rpartition(" ")
    return before + space + _CASES[last][case]


class Turkish(Grammar):
    """Standard Turkish."""

    code = "tr"
    weekday_range = (
        ("Pazartesiden", "Salıdan", "Çarşambadan", "Perşembeden", "Cumadan", "Cumartesiden", "Pazardan"),
        tuple(f"{day} kadar" for day in (
            "Pazartesiye", "Salıya", "Çarşambaya", "Perşembeye", "Cumaya", "Cumartesiye", "Pazara",
        )),
    )  # fmt: skip
    to, ampersand = " ile ", "ve"
    point, minus, plus = "virgül", "eksi", "artı"
    dot, slash, hyphen, at_sign = "nokta", "eğik çizgi", "tire", "et"
    percent = "yüzde {n}"
    section = "madde {n}"
    euro = forms(other="avro")
    cent = forms(other="sent")
    laws = table({"AufenthG": "İkamet Yasası", "AsylG": "İltica Yasası", "StAG": "Vatandaşlık Yasası"})
    abbreviations = table(
        {
            "örn.": "örneğin",
            "vb.": "ve benzeri",
            "vs.": "vesaire",
            "vd.": "ve diğerleri",
            "yak.": "yaklaşık",
            "No. 1": "numara",
            "no. 1": "numara",
            "Tel.": "telefon",
            "tel.": "telefon",
            "Cad.": "Caddesi",
            "Sok.": "Sokak",
            "dk.": "dakika",
            "Dr.": "Doktor",
            "md. 1": "madde",
        }
    )
    weekday_short = ("Pzt", "Sal", "Çar", "Per", "Cum", "Cmt", "Paz")
    ordinal_marks = (
        r"(?:\.(?=\s?(?:kat|madde|gün|hafta|ay|yıl|sınıf|adım)(?!\w))|'?(?:inci|ıncı|uncu|üncü|nci|ncı)(?!\w))"
    )
    clock_words = ("saat",)

    def cardinal(self, n: int) -> str:
        return NUMERALS.words(n)

    def ordinal(self, n: int) -> str:
        before, space, last = self.cardinal(n).rpartition(" ")
        return before + space + _ORDINALS[last]

    def weekday(self, n: int, form: DateForm) -> str:
        return f"{self.name_of_day(n)} günü" if form == "on" else self.name_of_day(n)

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = f"{self.cardinal(day.day)} {self.name_of_month(day.month)}"
        if year:
            date += f" {self.cardinal(day.year)}"
        if form == "bare":
            return date
        if form == "from":
            return _with_ending(date, _FROM)
        if form == "until":
            return f"{_with_ending(date, _TO)} kadar"
        return f"{date} {self.weekday(day.weekday(), form)}"

    def clock(self, at: Moment, form: TimeForm) -> str:
        words = self._figures(at)
        if form == "plain":
            return f"saat {words}"
        if form == "until":
            return f"saat {_with_ending(words, _TO)} kadar"
        return f"saat {_with_ending(words, _AT if form == 'at' else _FROM)}"

    def clock_range(self, begin: Moment, end: Moment) -> str:
        return f"{self.clock(begin, 'from')} {_with_ending(self._figures(end), _TO)} kadar"

    def law_section(self, number: str, law: str | None) -> str:
        return f"{self.laws[law]} madde {number}" if law else self.section.format(n=number)

    def _figures(self, at: Moment) -> str:
        hour, minute = at
        words = self.cardinal(hour)
        if minute:
            words += f" {'sıfır ' if minute < 10 else ''}{self.cardinal(minute)}"
        return words
