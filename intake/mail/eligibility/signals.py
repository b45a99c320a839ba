# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule 20, the last signal: does a message without any mark in its header read as if a machine had written it?

About half of all real out-of-office notes, and many bounces and notifications, carry no mark. A single phrase
proves nothing: people who write to an immigration office are on holiday, away, ill, received "an automatic
reply" or found a letter "undeliverable", and they say so. Therefore signals are weighed: each kind counts once,
a question or a wish counts against, and only the sum decides. What is quoted or forwarded is somebody else's
and is cut off first.

Letters are compared without case and without accents. Phrases are few and typical for each language rather
than complete; they stand in ``phrases.py``.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass

from intake.mail.eligibility.lookout import Lookout, Seen
from intake.mail.eligibility.phrases import BOUNCES, NOTES, NOTIFICATIONS
from intake.message import Message
from intake.patterns import Pattern

MAX_WORDS = 2_000
"""Characters of the sender's own words that are looked at: a note says what it is at its beginning."""
MAX_NAME = 200
"""Characters looked at of a name or an address."""
THRESHOLD = 4
"""Points from which a message counts as a machine's."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What a message reads like, and the kinds of signal that say so (never the text itself)."""

    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """A message as it is weighed, every text folded and looked over once."""

    message: Message
    own: str
    """The sender's own words, not folded."""
    subject: Seen
    words: Seen
    """The sender's own, folded."""
    answered: bool
    """The subject says that it answers something."""
    sender: Seen
    """Display names and addresses of From and Sender."""
    against: dict[str, int]
    """What speaks for a person."""

    @classmethod
    def of(cls, message: Message, own: str) -> "_Reading":
        lookouts = _lookouts()
        subject, words = lookouts.subject.over(folded(message.subject)), lookouts.words.over(folded(own[:MAX_WORDS]))
        sender = lookouts.sender.over(_sender(message))
        return cls(message, own, subject, words, bool(subject.match(_ANSWER)), sender, _against(words))


def reads_automatic(message: Message, own_words: str) -> Signal | None:
    """The first kind of automatic message that the weighed signals add up to; ``None``: a person's.

    ``own_words``: what the sender wrote, without what is quoted.
    """
    reading = _Reading.of(message, own_words)
    for reason, weigh in (("out-of-office", _note), ("bounce-text", _bounce), ("notification", _notification)):
        points = weigh(reading)
        if sum(points.values()) >= THRESHOLD:
            return Signal(reason, "Signals: " + ", ".join(f"{name} {value:+d}" for name, value in points.items()))
    return None


def folded(text: str) -> str:
    """``text`` in one line, without case, accents and format characters."""
    kept = text.casefold()
    if not kept.isascii():
        kept = _unseen().sub("", unicodedata.normalize("NFKD", kept))
    return " ".join(kept.replace("’", "'").replace("ʼ", "'").replace("ı", "i").split())


@functools.cache
def _unseen() -> re.Pattern[str]:
    """Accents (Mn) and format characters (Cf) as one class: four times as fast as asking for each character.

    Only those of the first plane, for which ``re`` has a table; what lies beyond is no letter of these phrases.
    """
    places = (c for c in range(0x10000) if unicodedata.category(chr(c)) in ("Mn", "Cf"))
    return re.compile("[" + "".join(map(chr, places)) + "]+")


_ANSWER = Pattern(
    r"(?:re|aw|antw|sv|vs|odp|ynt|yan|ref|rif|res|r|fwd?|wg|tr|rv|enc|i|pd|vb|doorst|ilt|отв?|ответ|пересл|"
    r"відп|απ|"
    r"σχετ|πρθ|回复|答复|转发|رد|إعادة)\s*(?:\[\d+\])?\s*[::]"
)
_ECHO = re.compile(r".{0,60}\b[a-z]{1,4}-[0-9a-hjkmnp-tv-z]{7}\b")
"""Answers our own acknowledgement: its subject carries a case reference."""
_QUESTION = Pattern(r"[\w)\"'»“ ][??؟](?:\W|$)|[α-ω];|՞|፧")
_WISH = Pattern(
    r"(?:termin|aufenthalt|fiktionsbescheinigung|reisepass|einburgerung|visum|\bvisa\b|blue card|"
    r"appointment|residence|passport|"
    r"citizenship|rendez-vous|titre de sejour|permiso|\bcita\b|permesso|appuntamento|randevu|oturum|wizyt|"
    r"pobyt|програм|"
    r"временн|прожива|гражданств|прийом|захист|паспорт|виз[аыуе]|permis de|programar|titullar|leje qendrimi|"
    r"موعد|اقامه|"
    r"إقامه|جواز|пропис|ραντεβου|αδεια διαμον|tartozkod|idopont|签证|居留|护照|the hen|ho chieu)"
)


_REQUEST = Pattern(
    r"\bich (?:mochte|brauche|benotige|beantrage|bitte|habe eine frage|frage)\b|\bbitte um\b|frage ich|"
    r"bitte (?:schicken|senden|teilen|geben|sagen|bestatigen) sie (?:mir|uns)|konnt?en sie(?! nicht)|"
    r"could you|can you|would you|\bi (?:would like to|need|want to|am writing|really need)\b|please "
    r"(?:send|confirm|let me|advise|help)|pourriez-vous|pouvez-vous|je (?:voudrais|souhaite)|"
    r"podria|quisiera|necesito|\bpuede[ns]? (?:me|us)|gostaria|preciso de|vorrei|potreb|potete|prosze o "
    r"(?:przelozenie|informacje|odpowiedz|termin)|chcialb|va rog sa|as dori|istiyorum|rica ed|alabilir "
    r"miyim|прошу\b|подскажите|хочу|"
    r"хотел|потрібн|скажіть|мне нужн|подскажіть|أريد|أود|ارجو|أرجو|هل |θα ηθελα|παρακαλω (?:να|πειτε)|"
    r"szeretne|kerem (?:segits|irja)|бих искал|може ли|zelim|zelio|molim vas|dua te|deshiroj|لطفا راهنما|"
    r"hatte(?:n)? gern|wurde(?:n)? gern|mochten wir|prosze o zmian|"
    r"می ?خواهم|toi muon|xin hoi|请问|我想|እባክ|fadlan"
)


_OWN_AFFAIRS = Pattern(
    r"\bmeine?[nmrs]? (?:mann|frau|sohn|tochter|kind\w*|familie|vater|mutter|bruder|schwester|eltern|pass|"
    r"antrag|karte|akte|"
    r"papiere|unterlagen|dokumente|arbeitgeber|anwalt|chef|titel|vorgang|bescheid|aktenzeichen|stelle|wohnung|"
    r"umzug)\b|"
    r"\bmy (?:husband|wife|son|daughter|child\w*|family|father|mother|brother|sister|parents|application|card|"
    r"file|papers|"
    r"documents|employer|lawyer|case|status|landlord|roommate)\b|"
    r"\b(?:mon|ma|mes) (?:mari|femme|epouse?|fils|fille|enfants?|titre|dossier|carte|papiers|demande|recepisse|"
    r"employeur)\b|"
    r"\bmis? (?:marido|esposa|mujer|hij[oa]s?|tarjeta|expediente|papeles|solicitud|permiso)\b|"
    r"\bm(?:io|ia|iei|ie) (?:marito|moglie|figli[oae]|pratica|carta|documenti|permesso)\b|"
    r"\bmo[ijеяи]\w* (?:maz|zona|syn|corka|wniosek|karta|муж\w*|жен\w+|сын\w*|доч\w+|документ\w*|карт\w+|заявлени\w+|"
    r"чоловік\w*|дружин\w+|син\w*|дитин\w+|заяв\w+)|с (?:ребенком|мужем|женой)|з (?:дитиною|чоловіком)|"
    r"\b(?:esim|oglum|kizim|cocug\w+|kartim|basvurum|evrak\w*|belgeler\w*)\b|زوجي|زوجتي|ابني|ابنتي|طلبي|اوراق|"
    r"أوراق|الوثائق|"
    r"مدارک|همسرم|"
    r"(?:unterlagen|dokumente|papiere|formular|bescheinigung|lohnabrechnung\w*|vertrag|"
    r"briefe?)\b.{0,30}\b(?:schick|sende|bring|"
    r"reiche|hole|bekomm|unterschreib)|(?:schick|sende|bring|reiche)\w*\b.{0,40}\b(?:unterlagen|dokumente|"
    r"papiere|formular|"
    r"bescheinigung|lohnabrechnung|vertrag|briefe?)|(?:send|bring|have|upload|submit)\b.{0,20}\b(?:documents|"
    r"papers|form|contract)\b|"
    r"(?:envoy|apport|enviar|traer|llevar|invi|port)\w*\b.{0,30}\b(?:document|papier|papeles)|документы|"
    r"documentele|dokumenty|"
    r"giay to|una carta|une lettre de|a letter from"
)
"""A person's family, papers and case: nobody's out-of-office note speaks of them."""
_DECLARATION = Pattern(
    r"\b(?:hiermit|hierdurch|anbei|beigefugt|i hereby|we hereby|please find attached|hereby|par la presente|"
    r"ci-joint|por la presente|"
    r"adjunt[oa]|con la presente|in allegato (?:invi|trasm)|venho por|em anexo|niniejszym|w za[lł]aczeniu|"
    r"настоящим|прилагаю|"
    r"цим листом|додаю)\b(?!.{0,30}(?:rechnung|invoice|facture|factura|fattura|kontoauszug|newsletter|"
    r"statement))|\beilt(?: sehr)?!|anwaltliche vertretung|mandant|akteneinsicht"
)
"""Words by which people and companies declare and enclose something."""
_ABOUT_REPLIES = Pattern(
    r"\b(?:ihre?[nmrs]?|eure?|your|votre|vos|su|sus|vostr[aoe]|ваш\w*|wasz\w*|sizin)\s(?:\w+ )?(?:automat|"
    r"otomatik|автомат)\w*(?! weiter)|"
    r"(?:nur|immer|schon|wieder|only|just|always|another|que|solo|только|лише|sadece)\b.{0,25}\b(?:automat|"
    r"otomatik|автомат)\w*"
)
"""Complains or asks about automatic messages."""


def _against(words: Seen) -> dict[str, int]:
    """A question, a request, a declaration, and words about a person's own affairs with the office."""
    points = {}
    if words.may(_QUESTION) and _QUESTION.search(NOTES.urgent.sub(" ", " " + words.text)):
        points["question"] = -3
    for name, pattern, weight in (
        ("request", _REQUEST, -2),
        ("concern", _WISH, -1),
        ("own affairs", _OWN_AFFAIRS, -2),
        ("declaration", _DECLARATION, -3),
        ("about replies", _ABOUT_REPLIES, -3),
    ):
        if words.search(pattern):
            points[name] = weight
    return points


_WEAK = frozenset({"thanks", "topic", "leave", "echo", "received", "until", "two-languages"})
"""Alone these say nothing: people thank, are on holiday until Friday, and answer "we have received your e-mail"."""
_WORKPLACE = Pattern(
    r"buro|office|haus\b|dienst\b|arbeitsplatz|kanzlei|praxis|firma|betrieb|\w{0,20}stelle|sekretariat|mail|"
    r"postfach|bureau|cabinet|"
    r"etablissement|oficina|escritorio|escrit|uffici|kantoor|biur|kancel|birou|ofis|офис|офіс|рабоч|робоч|مكتب|"
    r"γραφε|irod|hazon|"
    r"канцелар|ured|zyr|kontor|toimisto|دفتر|نوسين|clos|geschlossen|ferme|cerrad|chius|办公|inbox|practice|school|"
    r"weiteres|"
    r"van phong|co quan|ቤት ጽሕፈት|ቢሮ|xafiis|ოფის|գրասենյակ|कार्यालय"
)
"""Only who answers for a workplace is "out of the office"; anybody is "on holiday"."""
_TWO_LANGUAGES = Pattern(r"english (?:version|text|translation|below)|(?:see|siehe) (?:below|unten) for english")
_BACK = Pattern(
    r"ich bin (?:jetzt|nun|inzwischen|mittlerweile|endlich|heute|seit \w+) wieder|\bi(?:'m| am) (?:now back|"
    r"back now|finally back)|"
    r"je suis (?:maintenant|enfin) de retour|ya he vuelto|sono (?:ora|adesso) (?:rientrat|tornat)|"
    r"(?:я )?(?:уже )?вернул(?:ся|ась)|"
    r"я повернул(?:ся|ась)|(?:artik|simdi) dondum|juz wroci[lł]"
)
"""A person who is back writes about the note that was sent meanwhile."""


def _note(reading: _Reading) -> dict[str, int]:
    """An out-of-office note or an automatic reply (RFC 3834 1.1)."""
    message, subject, words, answered = reading.message, reading.subject, reading.words, reading.answered
    points: dict[str, int] = {}
    if title := subject.match(NOTES.title):
        rest = subject.text[title.end() :]
        points["subject"] = 4 if re.match(r"\s*[::\-–—|(\[]\s*\S|\s+re:", rest) else 4 if not rest.strip(" .!") else 1
    elif subject.match(NOTES.receipt) and not answered:
        points["receipt"] = 2
    elif subject.search(NOTES.topic) and not answered:
        points["topic"] = 1
    if subject.search(NOTES.contact):
        points["subject-thanks"] = 2
    if _ECHO.match(subject.text) or (answered and message.in_reply_to):
        points["echo"] = 1
    beginning = words.part(0, 1_200)
    for name, pattern, weight in (
        ("automatic", NOTES.automatic, 3),
        ("away", NOTES.away, 2),
        ("leave", NOTES.leave, 1),
        ("instead", NOTES.instead, 2),
        ("unread", NOTES.unread, 2),
        ("later", NOTES.later, 2),
        ("received", NOTES.received, 2),
        ("until", NOTES.until, 1),
        ("thanks", NOTES.thanks, 1),
    ):
        if beginning.search(pattern):
            points[name] = weight
    said = beginning.search(NOTES.away) if "away" in points else None
    if said and beginning.part(*said.span()).search(NOTES.leave):
        points.pop("leave", None)  # the same words
    if "unread" in points and "echo" in points:
        points["echo"] = 2
    if words.search(_TWO_LANGUAGES):
        points["two-languages"] = 1
    firm = set(points) - _WEAK
    if not answered and "received" in points:
        firm.add("received")
    if not firm or (firm == {"later"} and not points.keys() & {"leave", "topic"}):
        return {}
    if firm == {"away"} and said and "two-languages" not in points and not _WORKPLACE.search(said[0]):
        points["away"] = 1
    if words.search(_BACK):
        points["back"] = -3
    against = reading.against
    if points.keys() & {"receipt", "subject-thanks"}:
        # A business that thanks for a message asks "in pain right now?" and speaks of its own appointments.
        against = {name: value for name, value in against.items() if name not in ("concern", "question")}
    return points | against


_SERVER_NAME = Pattern(
    r"mail(?:er|[ _.-]?(?:delivery|system|server|service|gateway|daemon))|\bsmtp\b|_smtp_|\bndr\b|"
    r"anti-?virus|gateway|"
    r"system[ _.-]?admin|quarant|quota|spam|virus|content[ _.-]?filter|mail ?gate|mailguard|firewall|posta sunucu|"
    r"почтов|exchange|\bimss\b|postfix|\bmta\b|mailsweeper|mimesweeper|delivery|administrator"
)
_SMTP_REPLY = Pattern(
    r"\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|\b55[0-4]\b.{0,40}(?:unknown|user|mailbox|recipient|relay|no "
    r"such|reject|denied)|"
    r"rcpt to:|(?:error code|remote host said|smtp error|reason):?.{0,30}\b[45]\d\d\b|user unknown|unknown "
    r"user|mailbox unavailable"
)


def _bounce(reading: _Reading) -> dict[str, int]:
    """A delivery failure without the form of one (RFC 3464)."""
    subject, words = reading.subject, reading.words
    points: dict[str, int] = {}
    if subject.search(BOUNCES.title):
        points["subject"] = 2
    if words.search(BOUNCES.text):
        points["failure"] = 2
    if words.search(_SMTP_REPLY):
        points["smtp"] = 2
    if words.search(BOUNCES.gate):
        points["gate"] = 2
    if words.search(BOUNCES.challenge):
        points["challenge"] = 4
    if subject.search(BOUNCES.gate):
        points["subject-gate"] = 2
    if not reading.answered and _ECHO.match(subject.text):
        points["echo"] = 1
    if reading.sender.search(_SERVER_NAME):
        points["sender"] = 1
    if words.search(NOTES.automatic):
        points["automatic"] = 2
    return points | reading.against if points else {}


_VERP = Pattern(r"(?:^|[-_.+])(?:bounces?|return|errors?|verp|b)[-_.+=@]|[^=]+=[^=]+\.[a-z]{2,}@")
_TAG = Pattern(r"\[([\w .-]{2,40})\]")
"""A mailing list writes its name before the subject, and its address begins with that name."""
_VIA = Pattern(r"\bvia\b|\buber \w+ \S+@")
"""Lists and platforms that send in a person's name: "Carol via Forum"."""
_SENDING_SERVICE = Pattern(
    r"x-(?:mailgun|sg-(?:eid|id)|ses-|mc-user|mandrill|pm-(?:message|tag)|mailjet|mj-|mailin-|sib-|sparkpost|"
    r"msfbl|sfmc|sfdc-|"
    r"php-(?:script|originating)|report-abuse|feedback-id|cmail|rpcampaign|elqsiteid|emarsys|klaviyo|hubspot|"
    r"intercom|"
    r"customer-?io|mailer-(?:lid|recptid|sid|sent-by|info)|jira-|github-|gitlab-|bugzilla-|redmine-)|feedback-id$",
    re.IGNORECASE,
)
"""Services that send for programs. People rarely write through them, but a small company's mail may pass one."""
_PROGRAM = Pattern(
    r"phpmailer|swift ?mailer|symfony|laravel|nodemailer|mailchimp|cleverreach|inxmail|mailjet|sendy|phplist|"
    r"acymailing|"
    r"wordpress|drupal|typo3|joomla|magento|shopware|newsletter|listserv|mailman|jira|confluence|otrs|zammad|"
    r"jenkins|cdosys|"
    r"sendemail|swaks|sendmail|blat\b|python|perl|java|\bmfp\b|scan",
    re.IGNORECASE,
)
_MAIL_PROGRAM = Pattern(
    r"thunderbird|apple mail|(?:iphone|ipad) mail|microsoft (?:office )?outlook|evolution|kmail|mutt|k-9|claws|"
    r"open-xchange|roundcube|horde|sogo|zimbra",
    re.IGNORECASE,
)
"""Programs at which a person sits."""
_FORWARDING = Pattern(r"srs[01][=+-]|prvs=|btv1=|msprvs1=")
_OPAQUE = Pattern(r"[0-9a-f]{16,}-|(?=(?:[^@\d]*\d){10})[\w.+-]{28,}@")
"""A return path that a program numbers: a person's is their address."""
_LISTED = re.compile(r"[\w .()/-]{2,30}: +\S")
_MEASURED = Pattern(
    r"\b(status|state|severity|priority|event|ereignis|device|gerat|host|alarm|runtime|laufzeit|job|duration|"
    r"dauer|fallig|"
    r"kilometerstand|result|ergebnis|auflosung|resolution|temperature?|version|uptime|error|fehlercode)\s*:"
)
"""Names under which machines report, and people's own forms do not."""
_LINK = re.compile(r"https?://|www\.")


def _notification(reading: _Reading) -> dict[str, int]:
    """A newsletter, an order, a ticket, a monitor, a receipt: sent by a program to a customer."""
    message, subject, words, sender = reading.message, reading.subject, reading.words, reading.sender
    points: dict[str, int] = {}
    whole = _lookouts().whole.over(folded(message.text[:20_000]))
    for name, pattern, text, weight in (
        ("sender", NOTIFICATIONS.sender, sender, 2),
        ("subject", NOTIFICATIONS.title, subject, 2),
        ("service", NOTIFICATIONS.text, whole, 2),
        ("no-reply", NOTIFICATIONS.no_reply, whole, 4),
        ("unsubscribe", NOTIFICATIONS.unsubscribe, whole, 3),
        ("legal", NOTIFICATIONS.legal, whole, 1),
        ("program", NOTIFICATIONS.program, words, 4),
        ("automatic", NOTES.automatic, words, 4),
    ):
        if text.search(pattern):
            points[name] = weight
    links = len(_LINK.findall(message.text[:20_000]))
    if links >= 4:
        points["links"] = 1 + (links >= 10)
    path = (message.return_path or "").lower()[:MAX_NAME]
    if (_VERP.search(path) or _OPAQUE.match(path)) and not _FORWARDING.match(path):
        points["return-path"] = 2
    if message.from_html and not any(p.content_type == "text/plain" for p in message.parts) and points:
        points["only-html"] = 1
    if any(p.content_type == "text/calendar" for p in message.parts):
        points["calendar"] = 3
    if _names_itself(message, subject.text):
        points["brand"] = 2
    if _is_listing(reading.own):
        points["listing"] = 2
        if len(set(_MEASURED.findall(words.text))) >= 2:
            points["measured"] = 2
    tag = _TAG.search(subject.text)
    posted = tag is not None and any(r.startswith(tag[1].replace(" ", "-") + "@") for r in message.recipients)
    if posted:
        points["list-tag"] = 4
    if sender.search(_VIA):
        points["via"] = 2
    if any(_SENDING_SERVICE.match(h.name) for h in message.headers):
        points["sending-service"] = 2
    if any(_PROGRAM.search(v) for n in ("X-Mailer", "User-Agent") for v in message.all(n)):
        points["mailer"] = 2
    if not points:
        return {}
    if any(_MAIL_PROGRAM.search(v) for n in ("X-Mailer", "User-Agent") for v in message.all(n)):
        points["mail-program"] = -2
    if (reading.answered or message.in_reply_to) and not posted and not (tag and "unsubscribe" in points):
        points["answer"] = -3
    against = reading.against
    if "question" in against:
        against = against | {"question": -2}  # advertising asks questions too
    return points | against


def _names_itself(message: Message, subject: str) -> bool:
    """A word of the sender's name stands in its domain and in the subject: a brand writes "Welcome to Brand"."""
    if not message.from_:
        return False
    domain = folded(message.from_[0].address.rpartition("@")[2])
    words = re.findall(r"[^\W\d_]{4,}", folded(message.from_[0].name)[:200])
    return any(word in domain and word in subject for word in words)


def _is_listing(text: str) -> bool:
    """Mostly lines such as ``Result: Warning``: what a program prints."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return len(lines) >= 3 and sum(bool(_LISTED.match(line)) for line in lines) * 10 >= len(lines) * 6


def _sender(message: Message) -> str:
    """Display names and addresses of From and Sender, folded."""
    people = [*message.from_[:2], *([message.sender] if message.sender else [])]
    return folded(" ".join(f"{p.name[:MAX_NAME]} {p.address[:MAX_NAME]}" for p in people))


@dataclass(frozen=True, slots=True)
class _Lookouts:
    """For the patterns that are looked for in each kind of text."""

    subject: Lookout
    words: Lookout
    whole: Lookout
    sender: Lookout


@functools.cache
def _lookouts() -> _Lookouts:
    return _Lookouts(
        subject=Lookout(
            (_ANSWER, NOTES.title, NOTES.receipt, NOTES.topic, NOTES.contact, BOUNCES.title, BOUNCES.gate,
             NOTIFICATIONS.title)
        ),
        words=Lookout(
            (NOTES.automatic, NOTES.away, NOTES.leave, NOTES.instead, NOTES.unread, NOTES.later, NOTES.received,
             NOTES.until, NOTES.thanks, BOUNCES.text, BOUNCES.gate, BOUNCES.challenge, NOTIFICATIONS.program,
             _SMTP_REPLY, _TWO_LANGUAGES, _BACK, _QUESTION, _REQUEST, _WISH, _OWN_AFFAIRS, _DECLARATION, _ABOUT_REPLIES)
        ),
        whole=Lookout(
            (NOTIFICATIONS.text, NOTIFICATIONS.no_reply, NOTIFICATIONS.unsubscribe, NOTIFICATIONS.legal)
        ),
        sender=Lookout((NOTIFICATIONS.sender, _SERVER_NAME, _VIA)),
    )  # fmt: skip


def warm_up() -> None:
    """Make what every message needs now instead of at the first message."""
    _lookouts()
    _unseen()
