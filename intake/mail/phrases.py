# SPDX-License-Identifier: GPL-3.0-or-later
"""What automatic messages say, in the languages of the office and of its neighbours: the tables of rule 20.

Kept apart from the weighing in ``signals.py`` so that a speaker of a language can correct its lines. Each entry is a
regular expression over folded text (no case, no accents, one line; see ``signals.folded``), so entries contain no
upper-case classes. Gaps are short and bounded. The phrases are typical wordings, written for this table.
"""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notes:
    """Out-of-office notes and automatic replies."""

    title: re.Pattern[str]
    """Begins the subject: "Automatic reply"."""
    topic: re.Pattern[str]
    """Anywhere in the subject, weak: "absence"."""
    automatic: re.Pattern[str]
    """"This message was generated automatically"."""
    away: re.Pattern[str]
    """"I am out of the office": said of a workplace."""
    leave: re.Pattern[str]
    """"I am on holiday": said by anybody."""
    instead: re.Pattern[str]
    """"In urgent cases write to my colleague"; "your mail is not forwarded"."""
    unread: re.Pattern[str]
    """"I do not read this mailbox", "this address is no longer in use", "I left the company"."""
    later: re.Pattern[str]
    """"I will answer when I am back"."""
    thanks: re.Pattern[str]
    """"Thank you for your message"."""


@dataclass(frozen=True, slots=True)
class Bounces:
    """Delivery failures."""

    title: re.Pattern[str]
    text: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Notifications:
    """Newsletters, orders, tickets, monitors."""

    sender: re.Pattern[str]
    title: re.Pattern[str]
    text: re.Pattern[str]
    no_reply: re.Pattern[str]
    unsubscribe: re.Pattern[str]
    legal: re.Pattern[str]
    program: re.Pattern[str]
    """What only programs print."""


def _folded(pattern: str) -> str:
    decomposed = unicodedata.normalize("NFKD", pattern.casefold())
    return "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf")).replace("ı", "i")


def _any(*entries: str, whole_subject_start: bool = False) -> re.Pattern[str]:
    joined = "|".join(_folded(entry) for entry in entries)
    return re.compile(rf"[\s\[(*]*(?:{joined})" if whole_subject_start else f"(?:{joined})")


_TITLES = {
    "de": r"automatische[rs]? (?:antwort|rückantwort|antwortmail|e-?mail-antwort|nachricht|abwesenheits\w*)|"
    r"abwesenheits(?:notiz|nachricht|"
    r"meldung|assistent|info\w*|benachrichtigung|hinweis|mitteilung|agent)\w*|abwesenheit(?=\s*[::])|nicht "
    r"im (?:büro|haus|dienst)|"
    r"(?:bin )?außer haus|urlaubs(?:notiz|nachricht|meldung|benachrichtigung)|lesebestätigung|gelesen(?=:)|"
    r"autoantwort|auto-antwort",
    "en": r"auto(?:matic|mated|mail)?[ -]?(?:reply|response|respon[ds]er?|answer)|automatic e?-?mail reply|"
    r"(?:i(?:'m| am) )?out[ -]of[ -](?:the[ -])?office|"
    r"ooo(?=\s*[::]|$)|vacation (?:notice|message|reply|response|autoreply|auto-reply)|away from (?:my "
    r")?(?:mail|desk|office|the office)|"
    r"on (?:annual |maternity |parental )?leave(?=\s*[::])|read(?=: )|not read(?=: )|read receipt|absence "
    r"notification",
    "fr": r"réponse automatique|message automatique|absent\w* du bureau|absence du bureau|message d'absence|"
    r"avis d'absence|notification d'absence|"
    r"accusé de lecture|lu(?= ?: )",
    "es": r"respuesta automática|contestación automática|fuera de (?:la )?oficina|ausente de la oficina|"
    r"mensaje de ausencia|aviso de ausencia|leído(?=: )",
    "pt": r"resposta automática|fora do escritório|ausente do escritório|mensagem de ausência|aviso de "
    r"ausência|ausência temporária|lida(?=: )",
    "it": r"risposta automatica|messaggio automatico|fuori (?:ufficio|sede)(?=\s*[::])|assente dall'ufficio|"
    r"messaggio di assenza|avviso di assenza|letto(?=: )",
    "nl": r"automatisch (?:antwoord|bericht)|automatische reactie|afwezigheids\w+|niet aanwezig(?=\s*[::])|"
    r"buiten kantoor",
    "pl": r"automatyczna odpowiedź|odpowiedź automatyczna|autoodpowiedź|nieobecność w (?:biurze|pracy)|poza "
    r"biurem|wiadomość automatyczna",
    "cs": r"automatická odpověď|nepřítomnost (?:v kanceláři|na pracovišti)|mimo kancelář|automatická odpoveď",
    "ro": r"răspuns automat|mesaj automat|absent\w* din birou|în afara biroului|absenţă din birou",
    "tr": r"otomatik (?:yanıt|cevap|mesaj|e-posta)|ofis dışında\w*|ofis dışı|izin bildirimi",
    "uk": r"автоматична відповідь|автовідповідь|автоматичне повідомлення|поза офісом|відсутність на "
    r"робочому місці|немає на місці",
    "ru": r"автоматический ответ|автоответ\w*|автоматическое (?:сообщение|уведомление)|отсутствие на "
    r"(?:рабочем )?месте|вне офиса|нет на месте",
    "ar": r"رد (?:تلقائي|آلي|اوتوماتيكي)|الرد (?:التلقائي|الآلي)|خارج المكتب|إجابة تلقائية",
    "el": r"αυτόματη (?:απάντηση|ειδοποίηση)|αυτόματο μήνυμα|εκτός γραφείου|απουσία από το γραφείο",
    "hu": r"automatikus (?:válasz|üzenet|válaszüzenet)|házon kívül|irodán kívül|távollét(?:i)? (?:értesítés|"
    r"üzenet)",
    "bg": r"автоматичен отговор|автоматично съобщение|извън офиса|отсъствие от офиса",
    "hr": r"automatski odgovor|automatska poruka|odsutan iz ureda|izvan ureda|van ureda|odsutnost iz ureda|"
    r"odgovor na odsutnost",
    "sr": r"аутоматски одговор|аутоматска порука|ван канцеларије|automatski odgovor|van kancelarije|odsutan "
    r"iz kancelarije|одсутан из канцеларије",
    "mk": r"автоматски одговор|автоматска порака|надвор од канцеларија\w*",
    "sq": r"përgjigje automatike|mesazh automatik|jashtë zyrës|mungesë nga zyra|përgjigjje automatike",
    "sv": r"autosvar|automatiskt svar|frånvaromeddelande|ej på kontoret|frånvaro(?=\s*[::])",
    "da": r"autosvar|automatisk svar|ikke til stede|fraværsbesked|fravær(?=\s*[::])",
    "fi": r"automaattinen vastaus|poissaoloviesti|poissa toimistosta|poissaoloilmoitus",
    "fa": r"پاسخ خودکار|پیام خودکار|جواب خودکار|خارج از دفتر|خارج از محل کار",
    "ku": r"bersiva (?:otomatîk|xweber)|peyama otomatîk|li derveyî (?:ofîsê|nivîsgehê)",
    "ckb": r"وەڵامی (?:خۆکار|ئۆتۆماتیکی)|نامەی خۆکار|لە دەرەوەی ئۆفیس",
    "ps": r"(?:اتومات|خپلکار|اتوماتیک) ځواب|له دفتر بهر",
    "ur": r"خودکار جواب|خود کار جواب|دفتر سے باہر",
    "ti": r"(?:ኣውቶማቲክ|አውቶማቲክ|ብቐጥታ ዝለኣኽ) መልሲ|ካብ ቤት ጽሕፈት ወጻኢ",
    "am": r"(?:ራስ-ሰር|ራስ ሰር|አውቶማቲክ|በራስ-ሰር) (?:ምላሽ|መልስ|መልእክት)|ከቢሮ ውጭ",
    "so": r"jawaab (?:otomaatig ah|otomaatik ah|toos ah|iskeed ah)|fariin otomaatig ah|xafiiska ka maqan",
    "ka": r"ავტომატური პასუხი|ავტომატური შეტყობინება|ოფისს გარეთ",
    "hy": r"ավտոմատ պատասխան|ինքնաշխատ պատասխան|գրասենյակից դուրս",
    "hi": r"स्वचालित (?:उत्तर|जवाब|प्रतिक्रिया)|ऑटो रिप्लाई|कार्यालय से बाहर",
    "zh": r"自动(?:回复|答复|回覆)|自動(?:回覆|回復|答覆)|外出(?:通知|自动回复)|休假通知",
    "vi": r"(?:trả lời|phản hồi|thư trả lời) tự động|thư tự động|vắng mặt(?=\s*[::])|không có mặt tại văn "
    r"phòng",
}

_TOPICS = (
    r"abwesen|urlaub|nicht erreichbar|elternzeit|out of office|\booo\b|vacation|holiday|annual leave|on "
    r"leave|away|absen[ct]|congés?\b|vacances|"
    r"vacaciones|ausen[ct]|ausên|férias|assen[zt]|ferie|afwezig|vakantie|urlop|nieobecn|dovolen|nepřítomn|"
    r"concediu|izin|відпуст|відсутн|отпуск|отсутств|"
    r"إجازة|غياب|άδεια|απουσία|szabadság|távollét|отсъств|odmor|odsut|одмор|одсут|pushime|semester|frånvaro|"
    r"fravær|loma|poissa|مرخصی|nghỉ phép|vắng|休假|"
    r"外出|office closed|geschlossen|betriebsferien|received|erhalten|eingegangen|eingangsbestätigung|"
    r"empfangsbestätigung|accusé de réception|recibido|recebid|ricevut|otrzyma|alındı|отриман|получен|"
    r"استلام|ontvangen|bürozeiten|ticket",
)

_AUTOMATIC = {
    "de": r"(?:dies(?:e|es)?|das|hierbei)\b.{0,40}\bautomatisch(?:e|er|es)? (?:antwort|generierte|erstellte|"
    r"erzeugte|versendete|versandte|e-?mail|nachricht|"
    r"eingangsbestätigung|empfangsbestätigung|rückmeldung|abwesenheits|benachrichtigung|mitteilung)|(?:mail|"
    r"nachricht|antwort|mitteilung|benachrichtigung|"
    r"bestätigung)\b.{0,30}(?:wurde|wird|ist)\b.{0,30}(?:automatisch|maschinell|"
    r"systemseitig)\b.{0,30}(?:erstellt|generiert|erzeugt|versandt|versendet|verschickt|gesendet)|"
    r"automatisch (?:generierte|erstellte|erzeugte|versandte|versendete) (?:e-?mail|nachricht|antwort|"
    r"mitteilung)|ihr abwesenheitsassistent|(?:automatische|maschinelle) (?:mail|e-?mail)\b",
    "en": r"this (?:is|was|e-?mail|message|reply|notification)\b.{0,40}\b(?:automated|automatic|"
    r"auto-?generated|autogenerated|automatically)\b.{0,40}\b(?:reply|response|e-?mails?|"
    r"message|messages|notification|generated|created|sent|answer|acknowledge?ment|by|from|service)|"
    r"(?:automatically|system|computer|machine)[ -]generated (?:e-?mail|message|reply|response|"
    r"notification)|(?:e-?mail|message) (?:was )?(?:generated|sent|created) automatically|"
    r"e?-?mail generated:|this is an? (?:auto-?reply|auto-?response|auto-?responder|autoresponse)",
    "fr": r"(?:ceci est|cette? (?:réponse|e-?mail|courriel|message)|il s'agit d')\b.{0,40}(?:automatique|"
    r"générée? automatiquement|envoyée? automatiquement)|"
    r"(?:réponse|message|courriel|e-?mail) (?:générée?|envoyée?|généré|adressée?) (?:de manière |de façon "
    r")?automatique|(?:adressé|envoyé|généré)e? automatiquement",
    "es": r"(?:este (?:es un|mensaje|correo)|esta es una|mensaje|correo|respuesta)\b.{0,40}(?:respuesta "
    r"automática|mensaje automático|correo automático|(?:generad|enviad)[oa] (?:de forma )?"
    r"automática|(?:generad|enviad)[oa] automáticamente)",
    "pt": r"(?:esta é uma|este é um|esta mensagem|este e-?mail|resposta|mensagem)\b.{0,40}(?:resposta "
    r"automática|mensagem automática|e-?mail automático|(?:gerad|enviad)[oa] automaticamente)",
    "it": r"(?:questa è una|questo è un|questo messaggio|questa e-?mail|messaggio|"
    r"risposta)\b.{0,40}(?:risposta automatica|messaggio automatico|(?:generat|inviat)[oa] automaticamente|"
    r"e-?mail automatica)",
    "nl": r"dit is een (?:automatisch|geautomatiseerd)\w*|automatisch (?:gegenereerd|verzonden|verstuurd)|"
    r"(?:deze|dit) (?:is een )?automatische (?:e-?)?mail",
    "pl": r"(?:to jest|ta|niniejsza|ten)\b.{0,40}(?:automatyczna (?:odpowiedź|wiadomość)|wygenerowan[ay] "
    r"automatycznie|wysłan[ay] automatycznie)|"
    r"wiadomość (?:została )?(?:wygenerowana|wysłana) automatycznie|(?:wiadomość|odpowiedź) automatyczna|"
    r"automatycznie (?:wygenerowan|wysłan)",
    "cs": r"(?:toto je|tato)\b.{0,40}automatick[áy]\b.{0,10}(?:odpověď|zpráva)|(?:vygenerován|odeslán|"
    r"generován)\w* automaticky|automaticky (?:vygenerovan|generovan|odeslan)",
    "ro": r"(?:acesta este un|acest)\b.{0,40}(?:răspuns automat|mesaj automat|generat automat|trimis "
    r"automat)|(?:generat|trimis|expediat) (?:în mod )?automat",
    "tr": r"(?:bu|otomatik)\b.{0,40}(?:otomatik (?:bir )?(?:yanıt|cevap|mesaj|e-posta|ileti)|otomatik "
    r"olarak (?:oluşturul|gönderil|üretil))|otomatik olarak (?:gönderil|oluşturul)|sistem tarafından",
    "uk": r"це (?:є )?автоматичн\w+ (?:відповідь|повідомлення)|(?:повідомлення|лист|"
    r"відповідь)\b.{0,30}(?:створено|надіслано|згенеровано|сформовано)\b.{0,15}автоматично|"
    r"автоматично (?:створен|надіслан|згенерован|сформован)",
    "ru": r"это (?:автоматическ\w+ (?:ответ|сообщение|письмо|уведомление)|автоответ)|(?:сообщение|письмо|"
    r"ответ)\b.{0,30}(?:создано|отправлено|сгенерировано|сформировано|отправлен)\b.{0,15}"
    r"автоматически|автоматически (?:создан|отправлен|сгенерирован|сформирован)|отправлен\w* роботом|это "
    r"письмо отправил робот",
    "ar": r"(?:هذا|هذه)\b.{0,30}(?:رد|رسالة|الرد|الرسالة|بريد)\b.{0,20}(?:تلقائي|آلي|تلقائيا|آليا)|(?:أرسلت|"
    r"إرسال|أنشئت|تم إنشاء)\b.{0,40}(?:تلقائيا|آليا|بشكل تلقائي)",
    "el": r"(?:αυτό είναι|αυτή είναι|το παρόν|αυτό το μήνυμα)\b.{0,40}(?:αυτόματ\w+)",
    "hu": r"(?:ez egy|ez az|ezt az|jelen)\b.{0,40}(?:automatikus(?:an)?)\b",
    "bg": r"това (?:е|съобщение|писмо)\b.{0,30}автоматичн\w+|автоматично (?:генериран|изпратен|създаден)",
    "hr sr bs": r"(?:ovo je|ova poruka|ovaj)\b.{0,40}automatsk\w+|automatski (?:generiran|generisan|poslan|"
    r"poslat|kreiran)|(?:ово је|ова порука)\b.{0,40}аутоматск\w+",
    "mk": r"(?:ова е|оваа порака)\b.{0,40}автоматск\w+",
    "sq": r"(?:kjo është|ky është|ky mesazh|kjo)\b.{0,40}(?:automatike?|automatikisht)",
    "sv da fi": r"detta är ett (?:automatiskt|autosvar)|dette er (?:et|en) (?:automatisk|autosvar)\w*|"
    r"automatiskt (?:genererat|skickat)|tämä on automaattinen|automaattisesti (?:lähetetty|luotu)",
    "fa": r"این\b.{0,30}(?:پاسخ|پیام|ایمیل)\b.{0,30}(?:خودکار|اتوماتیک)",
    "ku ckb ps ur": r"ev (?:bersiv|peyam)\w*\b.{0,40}(?:otomatîk|xweber)|ئەمە\b.{0,20}وەڵامێ?کی (?:خۆکار|"
    r"ئۆتۆماتیکی)|دا یو (?:اتومات|خپلکار)|یہ (?:ایک )?(?:خودکار|خود کار) (?:جواب|پیغام)",
    "ti am so": r"እዚ (?:ኣውቶማቲክ|ብቐጥታ)|ይህ (?:ራስ-ሰር|ራስ ሰር|አውቶማቲክ|በራስ-ሰር)|(?:kani|tani) waa (?:jawaab|"
    r"fariin)\b.{0,20}(?:otomaati|toos|iskeed)",
    "ka hy hi": r"ეს არის ავტომატური|(?:սա|այս)\b.{0,20}ավտոմատ|यह (?:एक )?(?:स्वचालित|ऑटोमैटिक)",
    "zh vi": r"(?:这是|此为|本邮件(?:为|是|由系统)|此邮件(?:为|是|由系统)|這是).{0,12}自[动動]|"
    r"系统自动(?:发送|发出|生成)|(?:đây là|thư này|"
    r"email này)\b.{0,30}tự động",
}

_AWAY = {
    "de": r"(?:nicht|außer|außerhalb|wieder|erst)\b.{0,25}(?:im büro|im haus\b|im dienst|am arbeitsplatz|an "
    r"meinem (?:arbeits|schreib)\w+|in der kanzlei|des büros)|außer haus|"
    r"(?:bin|sind)\b.{0,60}(?:abwesend|nicht (?:zu )?erreich|per (?:e-?)?mail (?:nicht|nur))|(?:büro|praxis|"
    r"kanzlei|firma|betrieb|\w*stelle|sekretariat|ordination)\b.{0,40}(?:geschlossen|nicht besetzt)|"
    r"keinen zugriff auf (?:meine|unsere) (?:e-?)?mails?|betriebsferien|betriebsurlaub|bis auf weiteres "
    r"nicht|(?:in|befinde mich) (?:in )?(?:elternzeit|mutterschutz)|"
    r"(?:kann|können|werden)\b.{0,40}(?:mails?|postfach|nachrichten)\b.{0,20}(?:nicht|"
    r"weder)\b.{0,20}(?:gelesen|lesen|abgerufen|abrufen|bearbeite)",
    "en": r"out of (?:the )?office|away from (?:my desk|the office|my e-?mail)|(?:not|never) (?:be )?in the "
    r"office|limited (?:e-?mail )?access|(?:no|limited|sporadic|intermittent|without) access to (?:my )?"
    r"(?:e-?mails?|mail)|office (?:is|will be) closed|not (?:be )?(?:checking|reading|monitoring|able to "
    r"read) (?:my )?(?:e-?mails?|mail|inbox)|"
    r"on (?:annual|maternity|paternity|parental|sick|study) leave|(?:this )?(?:mailbox|inbox|address) is "
    r"(?:not|no longer) (?:monitored|in use|active|read)",
    "fr": r"absente?s? du bureau|(?:je suis|serai|sommes) (?:actuellement |en ce moment )?(?:absente?s?|en "
    r"congés?|en déplacement|injoignable)|de retour (?:au bureau )?le|"
    r"(?:bureau|cabinet)x? (?:est|sont|sera|seront) fermée?s?|accès (?:limité|restreint) à (?:mes|ma) "
    r"(?:mails?|e-?mails?|courriels?|messagerie)|congé (?:de )?maternité",
    "es": r"fuera de (?:la |mi )?oficina|(?:estoy|estaré|me encuentro|encontraré)\b.{0,30}(?:ausente|de "
    r"vacaciones|fuera de la oficina|de baja)|acceso (?:limitado|restringido) al? (?:mi )?correo|"
    r"oficina (?:permanecerá|estará|está) cerrad",
    "pt": r"fora do escritório|(?:estou|estarei|encontro-me|encontrarei)\b.{0,30}(?:ausente|de férias|em "
    r"férias|de licença|fora do escrit)|ausente do escrit|acesso (?:limitado|restrito) ao? (?:meu )?e-?mail",
    "it": r"fuori (?:ufficio|sede)\b.{0,20}(?:fino|dal|sino)|(?:sono|sarò|siamo|"
    r"saremo)\b.{0,30}(?:assent[ei]|in ferie|fuori ufficio|fuori sede fino|in maternità)|ufficio (?:è|sarà|"
    r"resterà|rimarrà) chius|"
    r"accesso limitato all[ae] (?:mia )?(?:posta|e-?mail)",
    "nl": r"(?:ben|zijn) (?:ik |wij )?.{0,25}(?:afwezig|niet aanwezig|niet op kantoor|niet bereikbaar|met "
    r"vakantie|op vakantie)|buiten kantoor|kantoor is gesloten|weer aanwezig|terug op kantoor",
    "pl": r"(?:jestem|będę|przebywam|będziemy)\b.{0,35}(?:nieobecn|poza biurem|na urlopie|niedostępn)|poza "
    r"biurem|nieobecn\w+ w (?:biurze|pracy)|biuro (?:jest|będzie) nieczynne|ograniczony dostęp do",
    "cs": r"(?:jsem|budu)\b.{0,30}(?:mimo kancelář|na dovolené|nepřítom|nedostupn)|mimo kancelář|(?:čerpám|"
    r"mám) dovolenou|omezený přístup",
    "ro": r"(?:sunt|voi fi|mă aflu)\b.{0,35}(?:plecat|în concediu|absent|în afara biroului|indisponibil)|"
    r"biroul (?:este|va fi) închis|acces limitat la",
    "tr": r"ofis(?:te|in)? (?:dışında|değil|bulunm)\w*|(?:izinde|izinli|yıllık izinde|tatilde|ofiste) "
    r"(?:olduğum|olacağım|bulunmaktayım|bulunuyorum|olmayacağım|değilim)|yıllık izin\w*|iznim (?:boyunca|"
    r"süresince)|"
    r"e-?posta\w* (?:sınırlı )?erişim",
    "uk": r"(?:я |буду |зараз )?(?:перебуваю|знаходжусь|знаходжуся|буду)\b.{0,25}(?:у відпустці|відсутн|"
    r"поза офісом|у відрядженні|на лікарняному)|поза офісом|відсутн\w+ (?:на робочому місці|в офісі)|"
    r"обмежений доступ до",
    "ru": r"(?:нахожусь|буду|я сейчас|я)\b.{0,25}(?:в отпуске|отсутств|вне офиса|в командировке|на "
    r"больничном|в декрет)|вне офиса|отсутств\w+ (?:на рабочем месте|в офисе)|ограничен\w* доступ к",
    "ar": r"خارج المكتب|(?:أنا|سأكون|أكون)\b.{0,25}(?:في إجازة|غير متواجد|خارج المكتب|في اجازة)|في إجازة "
    r"(?:من|حتى|إلى|سنوية)|غير متواجد في المكتب",
    "el": r"εκτός γραφείου|(?:είμαι|θα είμαι|βρίσκομαι|θα βρίσκομαι|απουσιάζω|θα απουσιάζω|λείπω|θα "
    r"λείπω)\b.{0,30}(?:με άδεια|σε άδεια|εκτός|από το γραφείο|έως|μέχρι)",
    "hu": r"(?:házon|irodán) kívül|szabadságon (?:vagyok|leszek|tartózkodom)|nem (?:vagyok|leszek) (?:az "
    r"irodában|elérhető)|nem érem el az e-?mail|távol (?:vagyok|leszek)",
    "bg": r"извън офиса|(?:съм|ще бъда|ще съм|отсъствам)\b.{0,25}(?:в отпуск|в отпуска|отсъств|от офиса|"
    r"командировка)|ограничен достъп до",
    "hr sr bs": r"(?:van|izvan) (?:ureda|kancelarije)|(?:sam|biti|ću|nalazim se)\b.{0,30}(?:na godišnjem|"
    r"odsut|na odmoru|nedostup)|(?:ван|изван) канцеларије|(?:сам|бити|ћу)\b.{0,25}(?:на годишњем|одсут|на "
    r"одмору)",
    "mk": r"надвор од канцеларија|(?:сум|ќе бидам)\b.{0,25}(?:на одмор|отсутен|отсутна)",
    "sq": r"jashtë zyrës|(?:jam|do të jem)\b.{0,25}(?:me pushime|me leje|mungoj|në pushim)\b.{0,30}(?:deri|"
    r"nga)",
    "sv": r"(?:är|inte) på kontoret|(?:jag )?är (?:på )?(?:semester|ledig|bortrest|frånvarande|tjänstledig|"
    r"föräldraledig)|(?:har|på) semester|åter (?:på kontoret|i tjänst)",
    "da": r"(?:er|ikke) på kontoret|(?:jeg )?(?:er|holder)\b.{0,15}(?:på )?(?:ferie|fraværende|barsel|"
    r"orlov)|tilbage (?:på kontoret|igen)|retur på kontoret",
    "fi": r"poissa (?:toimistosta|töistä)|olen (?:vuosi)?lomalla|(?:olen|vuosi)\w* (?:poissa|vapaalla)|"
    r"lomalla|palaan (?:töihin|toimistolle)",
    "fa": r"(?:خارج از|بیرون از) (?:دفتر|محل کار)|در (?:مرخصی|تعطیلات) (?:هستم|می ?باشم|خواهم بود|به سر می "
    r"?برم)|در (?:دفتر|محل کار) (?:نیستم|حضور ندارم)",
    "ku ckb ps ur": r"(?:ez )?(?:li )?(?:derveyî|ne li) (?:ofîsê|nivîsgehê)|di betlaneyê de me|لە (?:مۆڵەت|"
    r"پشوو)دام|لە (?:ئۆفیس|نووسینگە) نیم|په رخصتۍ یم|له دفتر (?:څخه )?بهر|دفتر سے باہر|چھٹی پر ہوں|رخصت پر "
    r"ہوں",
    "ti am so": r"ኣብ ዕረፍቲ (?:እየ|ኣለኹ)|ኣብ ቤት ጽሕፈት የለኹን|ከቢሮ ውጭ|በእረፍት ላይ|በዓመት ፈቃድ ላይ|xafiiska (?:ma joogo|kama "
    r"joogo|ka maqan)|fasax (?:ayaan ku jiraa|ku jiraa)",
    "ka hy hi": r"(?:ოფისში არ|შვებულებაში) (?:ვარ|ვიმყოფები|ვიქნები)|(?:արձակուրդ\w* եմ|գրասենյակում չեմ|"
    r"գրասենյակից դուրս)|कार्यालय (?:से बाहर|में नहीं)|(?:छुट्टी|अवकाश) पर (?:हूँ|हूं)",
    "zh vi": r"(?:不在|离开)办公室|(?:正在|目前|现在|在)?(?:休假|外出|出差)(?:中|期间|"
    r"至|到)|无法(?:及时)?(?:查看|回复)(?:邮件|您)|(?:không có "
    r"mặt|vắng mặt|không có)\b.{0,20}(?:văn phòng|cơ quan)|đang (?:nghỉ phép|đi công tác)\b.{0,30}(?:đến|từ)",
}

_LEAVE = (
    r"\b(?:im|in|auf|aus dem|den) (?:\w+ )?(?:urlaub|elternzeit|dienstreise|fortbildung|krankenstand)|"
    r"krankgeschrieben|auf reisen|on (?:holiday|vacation|leave)|travell?ing|en vacances|en congés?|de "
    r"vacaciones|de férias|"
    r"in ferie|in vacanza|op vakantie|na urlopie|na dovolené|în concediu|tatilde|izinde|у відпустці|в "
    r"отпуске|в отпуск|في إجازة|في عطلة|σε άδεια|διακοπές|szabadságon|na godišnjem|na odmoru|me pushime|"
    r"på semester|på ferie|lomalla|مرخصی|nghỉ phép|休假|度假|unavailable|nicht erreichbar|return(?:ing)? on|"
    r"back on|zurück am|wieder da|ab dem .{0,20} wieder|"
    r"nicht mehr (?:bei|für|im unternehmen|tätig|beschäftigt)|no longer (?:work|with|employed)|ne travaille "
    r"plus|ya no trabajo|não trabalho mais|non lavoro più|niet meer werkzaam|nie pracuję|"
    r"больше не работаю|більше не працюю|artık çalışmıyorum|已离职",
)

_INSTEAD = {
    "de": r"(?:dringend|eilig|unaufschiebbar|notf[aä]ll|wichtig)\w*\b.{0,60}(?:wenden|kontakt|melden|"
    r"erreich|schreiben|anrufen|richten|rufen|helfen|hilft|steht|vertr)|(?:vertretung|vertreten|vertritt)|"
    r"(?:meldet euch|melden sie sich)\b.{0,30}(?:bei|an)|(?:anrufen|bitte meine frau|bis dahin (?:bitte "
    r")?an)|"
    r"wenden sie sich (?:bitte |in \w+ \w+ |daher )*(?:an|während)|(?:nachricht|mail|mails|nachrichten|"
    r"e-mails?)\b.{0,40}(?:nicht|automatisch|weder)\b.{0,20}(?:weitergeleitet|weitergeleit|gelesen|"
    r"bearbeitet)|"
    r"meine kolleg\w+\b.{0,60}(?:erreich|hilft|helfen|steht|stehen|weiter)",
    "en": r"(?:urgent|immediate|emergency|assistance|importan)\w*\b.{0,60}(?:contact|call|reach|e-?mail|"
    r"write|phone|speak|ring|get in touch)|(?:please|kindly) (?:contact|refer to|get in touch|direct|reach "
    r"out|e-?mail)\b.{0,80}"
    r"(?:colleague|instead|in my absence|@|absence|meantime)|in my absence|during my absence|(?:e-?mail|"
    r"message|mail)s?\b.{0,40}(?:not|n't) (?:be |being )?(?:forwarded|read|monitored)|cover(?:ing)? for me|"
    r"if (?:it's|it is|this is) (?:about|urgent)|(?:should|please) contact|(?:i )?(?:warmly )?recommend my "
    r"colleague",
    "fr": r"(?:urgen)\w*\b.{0,60}(?:contact|adress|joindre|appel|écri)|écrivez (?:à|plutôt)\b|(?:en|pendant|"
    r"durant) mon absence|(?:message|mail)s? ne (?:sera|seront) (?:pas|ni) (?:lu|transf|transmis|trait)",
    "es": r"(?:urgen)\w*\b.{0,60}(?:contact|dirij|llam|escrib|diríj|póngase|ponerse|comuni)|(?:durante|en) "
    r"mi ausencia|no (?:será|serán) (?:reenviad|leíd)",
    "pt": r"(?:fale|fala) com\b|(?:urgen)\w*\b.{0,60}(?:contact|contat|dirij|ligue|escrev)|(?:durante|na) "
    r"minha ausência|não (?:será|serão) (?:reencaminhad|encaminhad|lid)",
    "it": r"(?:urgen)\w*\b.{0,60}(?:contatt|rivolg|scriv|chiam|telefon)|(?:durante|in) (?:la )?mia assenza|"
    r"non (?:sarà|verrà|saranno|verranno) (?:inoltrat|lett)",
    "nl": r"(?:dringend|spoed|urgent)\w*\b.{0,60}(?:contact|bellen|mailen|terecht|wend|bereik)|tijdens mijn "
    r"afwezigheid|niet doorgestuurd|wordt niet gelezen",
    "pl": r"(?:piln)\w*\b.{0,60}(?:kontakt|proszę|pisać|dzwonić)|(?:podczas|w czasie) mojej nieobecności|"
    r"zastępuje mnie|nie (?:będą|będzie|są|jest) (?:czytan|przekazywan|przekierowywan|przekazan)",
    "cs": r"(?:naléhav|urgentn|nutn|neodkladn|akutn)\w*\b.{0,60}(?:kontakt|obra[tť]|volej|piš)|(?:po dobu|v "
    r"době|během) mé nepřítomnosti|zastupuje mě|zastup",
    "ro": r"(?:urgen)\w*\b.{0,60}(?:contact|adresa|sun|scri)|în (?:lipsa|absența|absenţa) mea|nu (?:va fi|"
    r"este|vor fi|sunt) (?:redirecționat|citit|transmis)",
    "tr": r"(?:konularda|konular için)\b.{0,40}(?:ara|yaz)|(?:acil)\w*\b.{0,80}(?:iletişim|ulaş|başvur|"
    r"arayabilir|yazabilir|irtibat)|yokluğumda|yerime|(?:e-?posta|ileti|mesaj)\w*\b.{0,30}(?:yönlendirilme|"
    r"iletilme|okunma)",
    "uk": r"пишіть (?:моїй|моєму|на)|(?:терміно|невідкладн|нагальн)\w*\b.{0,60}(?:зверт|зв'яз|телефон|пиш|"
    r"контакт)|(?:під час|на час) моєї відсутності|заміщує|не (?:пересила|переадрес|буд\w+ прочитан)",
    "ru": r"(?:срочн|неотложн)\w*\b.{0,60}(?:обращ|обрат|связ|звон|пиш|свяж|контакт)|(?:во время|в|на "
    r"время) мо(?:ё|е)го отсутствия|в мо(?:ё|е) отсутствие|замещает|не (?:пересыла|переадрес|буд\w+ "
    r"прочитан)",
    "ar": r"(?:عاجل|طارئ|العاجل|الطارئ|الضرور|للضرور)\w*\b.{0,50}(?:التواصل|الاتصال|مراسل|تواصل|اتصل)|"
    r"(?:يرجى|الرجاء) (?:التواصل|الاتصال|مراسلة)",
    "el": r"(?:επείγ|επειγ)\w*\b.{0,60}(?:επικοιν|απευθ|καλέσ|στείλ)|κατά την απουσία μου",
    "hu": r"(?:sürgős)\w*\b.{0,60}(?:fordul|keres|hív|írj|kérem)|távollétem(?:ben| alatt)|helyettesít|nem "
    r"(?:kerül|továbbít)\w*",
    "bg": r"пишете на\b|(?:спешн|неотложн)\w*\b.{0,60}(?:свърж|обърн|контакт|пиш|обад|обръщ)|в (?:мое|"
    r"моето) отсъствие|замества",
    "hr sr bs": r"(?:hitn|žurn)\w*\b.{0,60}(?:kontakt|obrati|javi|nazov|zov)|(?:u|tijekom|tokom|za vrijeme) "
    r"(?:moje|mog) ods\w+|zamjenjuje|(?:хитн)\w*\b.{0,60}(?:контакт|обрат|јав)|neće biti proslij",
    "mk": r"(?:итн)\w*\b.{0,60}(?:контакт|обрат|јав)",
    "sq": r"(?:urgjen|ngutsh)\w*\b.{0,60}(?:kontakt|drejto|telefon|shkruani)|gjatë mungesës sime|në "
    r"mungesën time",
    "sv": r"(?:brådskande|akut|angeläg)\w*\b.{0,60}(?:kontakt|ring|vänd|mejla|maila)|vidarebefordras inte|"
    r"under min frånvaro|läses inte|vänd dig",
    "da": r"(?:haste|akut|presser|vigtig)\w*\b.{0,60}(?:kontakt|ring|henvend|skriv)|videresendes ikke|under "
    r"mit fravær",
    "fi": r"(?:kiireelli|kiire|akuu)\w*\b.{0,60}(?:ota|yhtey|soita|käänny|palvel)|poissaoloni aikana|"
    r"sijaise|ei (?:lueta|välitetä)",
    "fa": r"(?:فوری|ضروری|اضطراری)\b.{0,50}(?:تماس|مکاتبه|ایمیل|پیام|مراجعه)|در غیاب من",
    "ku ckb ps ur": r"(?:lezgîn|acîl)\b.{0,60}(?:têkilî|peywendî)|(?:بەپەلە|پێویست)\w*.{0,50}پەیوەندی|"
    r"بیړني.{0,50}اړیکه|(?:فوری|ہنگامی)\b.{0,50}رابطہ",
    "ti am so": r"ህጹጽ.{0,50}(?:ርኸቡ|ተወከሱ|ደውሉ|ደዉሉ)|አስቸኳይ.{0,50}(?:ያግኙ|ያነጋግሩ|ይደውሉ|ይጻፉ)|"
    r"degdeg\w*\b.{0,60}(?:xiriir|wac|soo dir)",
    "ka hy hi": r"(?:სასწრაფო|გადაუდებელ)\w*.{0,50}(?:დაუკავშირდ|მიმართ|დარეკ)|(?:շտապ|"
    r"հրատապ)\w*.{0,50}(?:կապ|դիմ|զանգ)|(?:तत्काल|जरूरी|ज़रूरी|आपात)\w*.{0,60}(?:संपर्क|फोन|सम्पर्क)",
    "zh vi": r"(?:紧急|急事|如有急|緊急).{0,30}(?:联系|致电|拨打|聯繫|联络)|(?:khẩn|gấp)\w*\b.{0,60}(?:liên hệ|gọi)",
}

_UNREAD = {
    "de": r"(?:adresse|postfach|mailbox|konto|account|mails?|post)\b.{0,40}(?:nicht mehr|nur (?:sehr "
    r")?(?:selten|sporadisch|unregelmäßig|eingeschränkt)|nicht|kaum)\b.{0,25}(?:benutzt|genutzt|gelesen|"
    r"abgerufen|aktiv|gültig|besetzt|betreut|"
    r"lesen|abrufen|ab\b)|(?:im ruhestand|in rente|in pension)|schaue (?:ich )?(?:hier |nur )|ohne "
    r"(?:empfang|internet|laptop)",
    "en": r"(?:mailbox|inbox|account|address|e-?mail)\b.{0,30}(?:not|no longer|rarely|"
    r"n't)\b.{0,25}(?:monitored|read|checked|used|in use|active|attended|valid)|(?:not|n't|rarely|hardly) "
    r"(?:be )?(?:read|check|see|look at|reading|checking)\w*\b.{0,25}(?:e-?mails?|mail|account|inbox|"
    r"messages)|(?:have|has|i) (?:now )?retired|(?:no|without|little) (?:laptop|internet|signal|reception|"
    r"connection|wifi)|replies (?:will|may|might) be (?:slow|delayed)",
    "fr": r"(?:consulte|lis|lirai|relève)\w*\b.{0,15}(?:plus|pas|rarement|peu)\b.{0,30}(?:messagerie|boîte|"
    r"mails?|e-?mails?|courriels?|adresse)|(?:adresse|boîte|messagerie)\b.{0,30}n'est plus",
    "es": r"(?:esta|este) (?:dirección|cuenta|buzón|correo)\b.{0,20}(?:ya )?no (?:está|se|es)|no (?:leo|"
    r"reviso|consulto|podré leer)\b.{0,25}(?:correo|mensajes|buzón)|(?:permanecerá|estará|está) cerrad",
    "pt": r"(?:este|esta) (?:endereço|conta|caixa|e-?mail)\b.{0,20}não (?:está|é)|(?:não|só) (?:leio|vejo|"
    r"consulto|volto a olhar|verei)\b.{0,25}(?:e-?mails?|mensagens|caixa)|(?:estará|está|encerrad)\w* "
    r"(?:fechad|encerrad)",
    "it": r"(?:casella|indirizzo|posta)\b.{0,20}non (?:è|sarà|viene) (?:più )?(?:attiv|lett|in uso|"
    r"presidiat|consultat)\w*|(?:resterà|rimarrà|sarà|è) chius|non (?:leggo|leggerò|"
    r"consulto)\b.{0,25}(?:posta|e-?mail|messaggi)|in pensione",
    "nl": r"(?:postvak|mailbox|adres)\b.{0,40}(?:niet|alleen|niet meer|slechts)\b.{0,50}(?:gelezen|gebruikt|"
    r"in gebruik|beheerd)|lees (?:ik )?(?:mijn|geen)\b.{0,15}mail",
    "pl": r"nie (?:odbieram|czytam|sprawdzam)\b.{0,15}(?:poczty|maili|wiadomości|skrzynki)|(?:skrzynka|"
    r"adres|konto)\b.{0,20}(?:nie jest|już nie)|zwolnieni\w+ lekarski\w+|do odwołania|nieczynn",
    "cs": r"(?:je|bude) (?:do|od|z důvodu)?.{0,30}(?:zavřen|uzavřen)|nečtu (?:e-?)?maily|(?:adresa|"
    r"schránka)\b.{0,20}(?:již|už)? ?(?:není|nepouž)",
    "ro": r"nu (?:mai )?(?:citesc|verific)\b|(?:adresa|căsuţa|căsuța)\b.{0,25}nu (?:mai )?(?:este|e)|"
    r"(?:este|va fi|e) închis",
    "tr": r"(?:bu )?(?:adres|hesap|e-?posta|posta kutu)\w*\b.{0,25}(?:kullanmıyorum|kullanılmıyor|kontrol "
    r"e(?:dil)?m|okunmuyor|artık)|yurt ?dışında(?:yım)?|mesaj\w* (?:\w+ )?(?:okuyacağım|döndüğümde)|"
    r"kapalı(?:dır|yız)",
    "uk": r"(?:пошту|скриньку|адрес\w+|листи)\b.{0,30}(?:не (?:читаю|перевіряю|використову|побачу)|раз на|"
    r"бачу|рідко)|(?:не читаю|не перевіряю|не користуюсь|більше не користуюся|рідко перевіряю)\b.{0,20}",
    "ru": r"(?:не читаю|не проверяю|не пользуюсь|редко проверяю|не увижу)\b|(?:почт\w+|ящик\w*|"
    r"адрес\w*)\b.{0,25}(?:не (?:проверя|используе|чита|действ)|больше не)|офис (?:закрыт|не работает)",
    "ar": r"(?:المكتب|مكتبنا|العيادة)\b.{0,15}مغلق|لا (?:أقرأ|أستخدم|أتحقق|أستطيع الاطلاع)|هذا (?:البريد|"
    r"العنوان) (?:لم يعد|غير)",
    "el": r"δεν (?:διαβάζω|ελέγχω|βλέπω|χρησιμοποιώ)\b.{0,25}|(?:είναι|θα είναι|παραμένει|θα παραμείνει) "
    r"κλειστ",
    "hu": r"(?:nem|ritkán) (?:nézem|olvasom|ellenőrzöm|figyelem|látom|használom)|zárva (?:vagyunk|tart|lesz)",
    "bg": r"(?:няма да (?:мога|имам)|не мога)\b.{0,20}(?:отговор|чета|достъп)|не (?:чета|проверявам|"
    r"ползвам)\b|(?:офисът|кабинетът) (?:е|ще бъде) затворен",
    "hr sr bs": r"(?:nisam|nismo) u (?:mogućnosti|stanju|prilici) (?:da )?(?:odgov|čita)\w*|ne (?:čitam|"
    r"provjeravam|proveravam|koristim)\b|zatvoren[aoi]? (?:je|do|od)|нисам у могућности|не читам",
    "sq": r"nuk (?:lexoj|kontrolloj|e lexoj|e përdor)\b|(?:zyra|ordinanca) (?:është|do të jetë) e mbyllur",
    "sv da fi": r"(?:läser|kollar|kontrollerar) (?:det här |inte |denna |sällan |bara )|föräldraledig|"
    r"(?:læser|tjekker) ikke|har lukket|en (?:lue|seuraa)\b.{0,15}|en ole enää",
    "fa": r"به (?:ایمیل|پست الکترونیک)\w*\b.{0,15}دسترسی ندارم|در سفر هستم|دیگر (?:کار|استفاده) نمی ?کنم|"
    r"(?:دفتر|مطب)\b.{0,15}تعطیل است",
    "zh vi": r"(?:不再|无法|很少)(?:使用|查看|阅读)|không (?:còn )?(?:sử dụng|kiểm tra|đọc)\b",
}

_LATER = {
    "de": r"nach (?:meiner|unserer) (?:rückkehr|abwesenheit)|(?:melde|antworte|kümmere|beantworte|bearbeite|"
    r"lese|melden|antworten|beantworten|bearbeiten)\b.{0,60}(?:nach|sobald|wieder|anschließend|danach|"
    r"baldmöglichst|schnellstmöglich|"
    r"umgehend|so (?:bald|schnell))|(?:ihre|eure|deine) (?:e-?mail|mail|nachricht|"
    r"anfrage)\b.{0,50}(?:erhalten|eingegangen|bearbeite|beantworte)|melde mich\b|(?:wieder|"
    r"erst)\b.{0,30}(?:erreich|für sie da|im dienst|zurück)|erreichen (?:sie )?(?:uns|mich)\b.{0,20}(?:erst|"
    r"wieder)|(?:mails?|nachrichten?)\b.{0,40}erst (?:nach|wieder|ab)|(?:lesen|beantworten) wir (?:auch "
    r")?ihre",
    "en": r"(?:up)?on my return|when i (?:return|get back|am back|come back)|after my return|once i(?:'m| "
    r"am)? (?:back|return)|(?:reply|respond|answer|get back to you|be in touch)\b.{0,40}(?:as soon as|when|"
    r"after|upon|once|shortly|soon|on my|within|"
    r"later)|(?:received|got|'ve got) your (?:message|e-?mail|request|inquiry|enquiry)\b|will get back to "
    r"you",
    "fr": r"(?:à|dès|après) mon retour|(?:répond|revien)\w*\b.{0,40}(?:dès|retour|plus (?:bref|tôt)|"
    r"rapidement)|(?:bien )?reçu votre (?:message|mail|courriel|demande)|accusons (?:bonne )?réception|sera "
    r"traitée? (?:dans|sous|dès)|quelqu'un vous répondra",
    "es": r"(?:a|tras|en) mi (?:regreso|vuelta|retorno)|cuando (?:regrese|vuelva)|(?:responder|contestar|"
    r"atender)\w*\b.{0,40}(?:regres|vuelt|posible|breve|antes)|hemos recibido (?:su|tu) (?:mensaje|correo|"
    r"solicitud)|responderemos (?:a )?su",
    "pt": r"(?:no|após o|ao) meu (?:regresso|retorno)|quando (?:regressar|voltar|retornar)|"
    r"(?:responder)\w*\b.{0,40}(?:regress|retorn|possível|breve)|só volto|recebemos (?:a sua|o seu|sua|seu) "
    r"(?:mensagem|e-?mail|pedido)",
    "it": r"al mio (?:rientro|ritorno)|(?:risponder)\w*\b.{0,40}(?:rientro|ritorno|possibile|presto|appena)|"
    r"abbiamo ricevuto (?:il suo|la sua|il tuo) (?:messaggio|richiesta|e-?mail)|rientrerò|alla riapertura|"
    r"saranno letti",
    "nl": r"(?:bij|na|zodra) (?:mijn|ik) (?:terugkomst|terugkeer|terug|weer)|(?:beantwoord|reageer|"
    r"antwoord)\w*\b.{0,40}(?:terug|mogelijk|daarna|spoedig)",
    "pl": r"po (?:moim )?powrocie|(?:odpowiem|odpiszę|odpowiemy)\b.{0,40}(?:po|najszybciej|niezwłocznie|"
    r"jak)|wrócę\b|wracam\b|przejmuje mój",
    "cs": r"po (?:mém |svém )?návratu|vyřídíme|(?:odpovím|ozvu)\w*\b.{0,40}(?:po|jakmile|co nejd)|vrátím se|"
    r"zpět (?:budu|v kancel)",
    "ro": r"(?:la|după) (?:întoarcere\w*|revenire\w*|intoarcere\w*)|când mă (?:voi )?întor|(?:voi răspunde|"
    r"vă voi răspunde|răspund)\b.{0,50}|revin (?:la birou|în data|pe|în)",
    "tr": r"(?:dön|geri dön)\w* (?:yanıt|cevap|size|sonra)|döndüğümde|dönüşümde|(?:en kısa sürede|en kısa "
    r"zamanda)\b.{0,30}(?:yanıt|cevap|dön)|izin dönüş\w*|(?:tarihinde|tarihine) (?:dön|ofis|kadar)|(?:mesaj|"
    r"e-?posta)(?:ınız|nız)\w* (?:\w+ )?(?:alın|ulaş)\w*|iletişime geçecek",
    "uk": r"(?:після|по) (?:мого )?поверненн\w+|(?:відповім|відповімо)\b.{0,40}(?:після|щойно|як тільки|"
    r"одразу|найближч|як зможу)|повернуся|буду на (?:місці|роботі)",
    "ru": r"(?:после|по) (?:моего )?(?:возвращени|выход)\w+|(?:отвечу|ответим)\b.{0,40}(?:после|как только|"
    r"по|сразу|ближайш)|(?:ваше )?(?:письмо|сообщение|обращение) (?:получено|зарегистрировано|принято)|"
    r"вернусь|выйду на работу|буду на (?:месте|работе)",
    "ar": r"(?:عند|بعد|فور) (?:عودتي|رجوعي|العودة)|(?:سأرد|سنرد|سأجيب|سوف أرد|الرد عليك\w*)\b.{0,40}(?:عود|"
    r"أقرب|قريبا|أسرع|حسب)|سيتم الرد|وس(?:أعود|نعود)|سنعود",
    "el": r"(?:με|μετά|κατά) την επιστροφή μου|(?:θα )?(?:απαντήσω|επικοινωνήσω)\b.{0,40}(?:επιστρ|σύντομα|"
    r"μόλις)|επιστρέφω",
    "hu": r"(?:visszatér|visszaérkez|visszajöv)\w*\b|(?:válaszol)\w*\b.{0,40}(?:után|amint|mihamarabb)|"
    r"köszi a megértést|(?:leveleit|levelét|e-?mail\w*|üzenet\w*)\b.{0,40}(?:után|válaszolom)",
    "bg": r"(?:след|при) (?:завръщането|връщането|като се върна)|(?:ще (?:ви )?отговоря|ще "
    r"отговорим)\b.{0,50}|връщам се",
    "hr sr bs": r"(?:po|nakon|kad se) (?:povratka?|povratku|vratim)|(?:odgovorit|javit|odgovori)\w* (?:ću|"
    r"cemo|ćemo|vam|ćemo)\b.{0,40}|vraćam se|vyřídíme|(?:по|након) (?:повратка|повратку)|(?:одговори|"
    r"јави)\w*\b.{0,40}(?:повра|чим)",
    "mk": r"(?:по|кога ќе се) (?:враќање|врат\w+)|ќе (?:ви )?одговорам\b.{0,40}",
    "sq": r"(?:pas|në) kthimi\w*|kur të kthehem|(?:përgjigjem|përgjigjemi|kthej përgjigje)\b.{0,40}(?:kthim|"
    r"sapo|mundësi)|kthehem (?:më|në)",
    "sv da fi": r"(?:när|då) jag (?:är )?(?:tillbaka|åter|kommer)|(?:svarar|återkommer)\b.{0,40}(?:när|åter|"
    r"tillbaka|så snart)|når jeg (?:er tilbage|kommer|vender)|(?:svarer|vender tilbage|"
    r"besvarer)\b.{0,40}(?:når|snarest|efter)|"
    r"(?:vastaan|palaan)\w*\b.{0,40}",
    "fa": r"(?:پس از|بعد از|هنگام) (?:بازگشت|برگشت)|(?:پاسخ|جواب)\b.{0,30}(?:خواهم داد|می ?دهم|خواهیم داد)|"
    r"برمی ?گردم",
    "ku ckb ps ur": r"piştî (?:vegera|vedigerim)|(?:دوای|پاش) گەڕانەوە|له راستنېدو وروسته|واپسی (?:پر|کے "
    r"بعد)|واپس آ",
    "ti am so": r"ምስ ተመለስኩ|ምስ መጻእኩ|ስመለስ|ከተመለስኩ|markaan (?:soo )?(?:noqdo|laabto)|soo laabto|soo noqdo",
    "ka hy hi": r"დაბრუნების(?:თანავე| შემდეგ)|დავბრუნდები|(?:վերադառնալուց|վերադարձից) հետո|կվերադառնամ|"
    r"(?:लौटने|वापस आने|वापसी) (?:पर|के बाद)",
    "zh vi": r"(?:回来|返回|返岗|休假结束|回到办公室)(?:后|之后)?.{0,15}(?:回复|答复|"
    r"处理|联系)|尽快(?:回复|答复|与您)|(?:sau khi|"
    r"khi)\b.{0,20}(?:trở lại|quay lại|trở về)|(?:trả lời|phản hồi)\b.{0,30}sớm nhất",
}

_THANKS = (
    r"(?:vielen|herzlichen|besten|lieben)? ?dank für (?:ihre|deine|eure|die)\b.{0,25}(?:mail|nachricht|"
    r"anfrage|schreiben|interesse)|thank(?:s| you)(?: very much)? for (?:your|the|contacting|getting|"
    r"writing|reaching)|"
    r"(?:merci (?:de|pour)|nous vous remercions|je vous remercie)\b.{0,25}(?:message|mail|courriel|demande)|"
    r"gracias por (?:su|tu|contactar|escribir|ponerse)|obrigad[oa] pel[oa] (?:su|se|con)|agradeço (?:o|a)|"
    r"grazie per|la ringrazio per|bedankt voor|"
    r"dank (?:u )?voor (?:uw|je)|dziękuję za|dziękujemy za|děkuji za|děkujeme za|mulțumesc pentru|vă "
    r"mulțumesc|vă mulţumesc|mesajınız için teşekkür|e-?postanız için|дякую за|дякуємо за|спасибо за|"
    r"благодарю за|благодарим за|شكرا (?:ل|على)|"
    r"(?:σας )?ευχαριστ(?:ώ|ούμε) για|köszön(?:öm|jük)\b.{0,20}(?:level|üzenet|megkeres)|благодаря за|"
    r"благодарим ви|hvala (?:vam |što |na )|хвала (?:вам |на )|ви благодар|faleminderit për|tack för|tak "
    r"for|kiitos (?:viest|sähkö|yhtey)|"
    r"(?:با تشکر|متشکر|سپاس|ممنون)|spas ji bo|سوپاس|مننه|آپ (?:کے|کی) (?:پیغام|ای میل)|የቐንየለይ|እናመሰግናለን|"
    r"አመሰግናለሁ|waad ku mahadsan|mahadsanid|გმადლობთ|շնորհակալ|धन्यवाद|感谢您|谢谢您|cảm ơn (?:bạn|quý|anh|ông)",
)

NOTES = Notes(
    title=_any(*_TITLES.values(), whole_subject_start=True),
    topic=_any(*_TOPICS),
    automatic=_any(*_AUTOMATIC.values()),
    away=_any(*_AWAY.values()),
    leave=_any(*_LEAVE),
    instead=_any(*_INSTEAD.values()),
    unread=_any(*_UNREAD.values()),
    later=_any(*_LATER.values()),
    thanks=_any(*_THANKS),
)

BOUNCES = Bounces(
    title=_any(
        r"undeliver(?:ed|able)|delivery (?:status|failure|failed|has failed|problem|report|notification|"
        r"error|incomplete|unsuccessful)|deliver(?:y)? fail|mail delivery|returned mail|mail returned|"
        r"return(?:ed|ing)? (?:to|message)|failure notice|"
        r"(?:mail|message|e-?mail)\b.{0,40}(?:not|n't) (?:be )?deliver|non[- ]?deliver|nondeliverable|"
        r"undelivered|mail (?:system )?error|user unknown|mailbox full|bounced?\b|recipient (?:not found|"
        r"unknown)|message rejected|rejected:",
        r"unzustellbar|nicht zugestellt|nicht zustellbar|zustellung (?:fehlgeschlagen|nicht|gescheitert)|"
        r"unzustellbarkeit|zustell(?:ungs)?(?:fehler|bericht|status)|zurückgewiesen",
        r"non (?:remis|distribué|délivr|livré)|échec de (?:la )?(?:remise|livraison|distribution)|message "
        r"non|remise impossible|no (?:se )?(?:ha podido|pudo|entregad)|entrega fallida|error de entrega|não "
        r"(?:foi )?entregue|falha na entrega|mancato recapito|"
        r"impossibile recapitare|consegna (?:fallita|non riuscita)|onbestelbaar|niet bezorgd|nie (?:można|"
        r"dostarczono)|niedostarczon|nedoručen|nelivrat|nu a (?:putut|fost) (?:fi )?livrat|teslim edilemedi|"
        r"iletilemedi|"
        r"не (?:доставлен|доставлено|вдалося доставити|удалось доставить)|недоставлен|недоставен|تعذر "
        r"(?:التسليم|تسليم|إرسال)|لم يتم تسليم|αδυναμία παράδοσης|δεν παραδόθηκε|kézbesíthetetlen|"
        r"kézbesítés sikertelen|nije isporučen|није испоручен|neisporuč|"
        r"nuk u dorëzua|kunde inte levereras|kunne ikke leveres|toimitus epäonnistui|تحویل داده نشد|ارسال "
        r"نشد|نەگەیەنرا|ونه رسېد|ترسیل (?:ناکام|نہیں)|ኣይተላእከን|አልደረሰም|lama gaarsiin|ვერ მიწოდდა|չի առաքվել|"
        r"डिलीवर नहीं|退信|无法(?:送达|投递)|"
        r"không (?:thể )?gửi được|không gửi được|nehate gihandin|недоставена",
    ),
    text=_any(
        r"(?:could|can|was|were) ?not (?:be )?deliver|failed recipient|(?:undeliverable|not deliverable) to|"
        r"unable to deliver|delivery (?:to|of|has|attempt)\b.{0,60}(?:fail|continue|not)|(?:following|"
        r"these) (?:addresse?s?|recipients?)\b.{0,40}(?:fail|error|problem|could|reject)|"
        r"requested action not taken|permanent (?:fatal )?error|returned (?:mail|message)|returning (?:mail|"
        r"message)|mailbox (?:is )?(?:full|unavailable|not found|disabled)|no such (?:user|recipient|"
        r"address)|address(?:ee)? (?:unknown|rejected|not found)|over quota",
        r"(?:konnte|kann|wurde)\b.{0,60}nicht (?:zugestellt|zustell|ausgeliefert)|unzustellbar|"
        r"empfänger\b.{0,30}(?:unbekannt|existiert nicht)|postfach\b.{0,20}(?:voll|existiert nicht)|n'a pas "
        r"pu (?:etre|être) (?:delivre|remis|distribu|envoy)|no (?:se )?(?:ha podido|pudo) entregar|"
        r"não (?:pôde|foi possível) (?:ser )?entreg|non (?:è stato possibile|può essere) (?:recapit|"
        r"consegn)|nie (?:mogła|może|została)\b.{0,20}dostarcz|не (?:удалось|вдалося|может быть|може бути) "
        r"достав|teslim edilemedi|نمی ?توان تحویل|تعذر تسليم|δεν ήταν δυνατή η παράδοση|"
        r"nu a putut fi livrat|nem (?:sikerült )?kézbesít|не може да бъде доставен|nije (?:mogla|mogao) "
        r"biti isporučen|退回|无法送达",
    ),
)

NOTIFICATIONS = Notifications(
    sender=_any(
        r"(?:^|[\s<._+-])(?:e?-?news(?:letter|flash|mail)?|newsletters?|\w{3,}mail from|alerts?|announce(?:ments?)?|"
        r"notif(?:y|ication|ications|ier)|bulletin|digest|mailing|marketing|promo(?:tion)?s?|offers?|deals|"
        r"campaign|subscriptions?|mitteilungen|feedback|support|ticketsystem|lettre|updates?|"
        r"statusmail|status|"
        r"orders?|bestell(?:ung|ungen)|shipp?ing|ship-confirm|shipment|versand|dispatch|bookings?|"
        r"buchung\w*|reservations?|receipts?|rechnung(?:en)?|invoices?|billing|confirmations?|tickets?|"
        r"helpdesk|monitor(?:ing)?|nagios|zabbix|icinga|backup|jenkins|gitlab|"
        r"jira|system|sysadmin|webmaster|wordpress|weblog|scanner\w*|scan|mfp|copier|fax(?:server)?|"
        r"voicemail|mailing-?list|survey|umfrage|welcome|discover|bug "
        r"tracking|auto(?:mailer|mat)|robot|bot|"
        r"(?:\w+ ?)?care|customer ?(?:service)|kundenservice|replies|tracking|security|hello|team|info\w{4,}|"
        r"community|events?|invitations?|calendar|account|konto|sicherheit)(?=[\s>@._+-]|\d|$)",
        r"@(?:[\w-]+\.)*(?:news|newsletter|email|emails|mailing|e-?mail|mailer|mktg?|marketing|promo|bounce|"
        r"bulk|list|lists|groups|yahoogroups)\d*\.",
    ),
    title=_any(
        r"newsletter|e-?news|news ?(?:flash|online|mail)|\b(?:issue|ausgabe|vol|volume|edition|nr|no)[. "
        r"#]*\d|\bausgabe (?:jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez)|\d+ ?% (?:off|"
        r"rabatt|auf)|(?:save|spare[n]?) (?:up|bis|now)|\bsale\b|\bdeals?\b|special offer|sonderangebot|"
        r"(?:order|booking|reservation|payment|purchase|delivery|shipping|shipment|"
        r"registration)\b.{0,20}(?:confirm|receipt|receiv|complete|shipped|dispatched|number|#)|"
        r"(?:confirmation|receipt|invoice) (?:of|for) (?:your )?(?:booking|order|payment|purchase|"
        r"reservation)|"
        r"your\b.{0,30}\b(?:order|booking|receipt|invoice|password|account|statement|subscription|"
        r"reservation|itinerary|ticket)\b|has (?:been )?(?:shipped|dispatched)|bestellbestätigung|"
        r"versandbestätigung|buchungsbestätigung|ihre (?:bestellung|buchung|rechnung|sendung|lieferung)|"
        r"zahlungsbestätigung|welcome to|willkommen (?:bei|zu[mr]?)|\b(?:password|passwort|kennwort)\b|"
        r"verify your|bestätigen sie (?:ihre|bitte)|survey|umfrage|zufrieden waren|bewerten sie|neue "
        r"kontaktanfragen|^scan\b|ticket (?:geschlossen|erstellt|closed|created|geöffnet)|"
        r"backup\b.{0,40}(?:job|finished|success|failed|warning)|lettre (?:du|de la|d')|"
        r"\[[^\]]{3,40}\].{0,10}(?:#|new|neu|ticket|issue|comment|lead|alert|alarm|problem|recovery|warning|"
        r"bug|build)|"
        r"new (?:comment|event|lead|sign-?in|login|message|follower|ticket)|neue[rs]? (?:kommentar|"
        r"nachricht von|anmeldung|ticket)|has a lead|\blead\b|\b(?:alert|alarm|warning|problem|recovery|"
        r"critical|cron)\b\s*[::<]|cron <|\b(?:daily|weekly|monthly|update|status|backup|error) (?:report|"
        r"data|digest|summary|status)|"
        r"processed:|ticket\b.{0,20}(?:#|\d{3})|\(#\d{4,}|#\d{5,}|invitation ?: |einladung: |"
        r"invitation\w?\W{0,4}:|receipt\b|kaufbeleg|kontoauszug|announcing|introducing|"
        r"\bnow (?:includes|available)|just added|[-–|:,] (?:jan|feb|mar|mär|apr|ma[iy]|ju[nl]|aug|"
        r"sep|o[ck]t|nov|de[cz])\w* \d{4}$|"
        r""
        r"рассылк|новости|подтверждение заказа|ваш заказ|bülten|siparişiniz|boletín|su pedido|su reserva|"
        r"votre commande|votre réservation|lettre d'information|il tuo ordine|il suo ordine|twoje "
        r"zamówienie|zamówienie nr",
    ),
    text=_any(
        r"thank you for (?:booking|your (?:order|booking|purchase|payment|reservation|registration)|using|"
        r"shopping|signing|registering|subscribing)|vielen dank für ihre (?:bestellung|buchung|reservierung|"
        r"registrierung|anmeldung)|this (?:e-?mail|message) confirms|order (?:number|no)|bestellnummer|"
        r"tracking number|"
        r"sendungsnummer|invoice (?:number|no)|rechnungsnummer|(?:you have|you've) (?:a |an )?(?:new |"
        r"survey|received|been (?:subscribed|invited|selected))|in this issue|in dieser ausgabe|a "
        r"publication of|advertising sponsor|sponsored by|liebe leser|dear (?:customer|subscriber|member|"
        r"user|reader|valued)|"
        r"lieber? (?:kunde|nutzer|abonnent|\w+-nutzer)|log ?in to your account|in ihrem (?:kunden)?konto|"
        r"reset (?:your )?password|re-enter your password|passwort zurück|bug ?#\d+|processing commands for|"
        r"\bpid \[?\d+|cron(?:job)?\b|host(?:name)?: \w+.{0,60}(?:state|status|service):|a "
        r"fax has arrived|"
        r"will you attend|has invited you to|see in calendar|e-?mail generated|<\?xml |<adf>|take the "
        r"survey|umfrage teilnehmen|click (?:here|below|the link)|hier klicken|klicken sie hier|"
        r"ticket\b.{0,40}(?:has been|wurde|number|nr|id\b)|bewerten sie|bestellt\. |möchten sich mit ihnen "
        r"vernetzen|gerätename|geraetename|scanned (?:document|from|image)|gescannte (?:dokument|datei)|"
        r"\bjob name|\bjobname|issue has been|ваш заказ|нажмите|перейти",
    ),
    no_reply=_any(
        r"(?:do not|don't|cannot|can't|please do not|not possible to) (?:reply|respond|"
        r"answer)\b.{0,30}(?:to )?(?:this|directly|these|e-?mail|message|address)|replies to this "
        r"(?:e-?mail|message|address)|(?:mailbox|address|account)\b.{0,30}(?:not|un) ?monitored|do not "
        r"process e-?mails sent|(?:do not reply to this e-?mail)|"
        r"(?:antworten sie|bitte)\b.{0,20}(?:nicht auf diese|nicht direkt auf diese|nicht an diese)|auf "
        r"diese (?:e-?mail|nachricht)\b.{0,20}(?:nicht|können sie nicht|kann nicht)\b.{0,20}(?:antwort|"
        r"geantwortet)|keine antwort auf diese|ne (?:pas|répondez pas) (?:répondre )?à (?:ce|cet)|merci de "
        r"ne pas répondre|"
        r"no responda a este|não responda a est[ea]|non rispondere a quest|nie odpowiada[jć] na t|не "
        r"отвечайте на это|не відповідайте на це|bu (?:e-?postayı|mesajı|iletiyi)\b.{0,20}yanıtlama|nu "
        r"răspundeți la acest|请勿(?:直接)?回复",
    ),
    unsubscribe=_any(
        r"(?:to|click|here to|wish to|want to|can|link to)\s(?:be )?(?:unsubscribe|removed from (?:this|our|"
        r"the))|unsubscribe\b.{0,30}(?:here|link|click|from (?:this|our|these|the mailing)|https?:|at any "
        r"time|instructions|\|)|(?:manage|change|update) (?:your )?(?:e-?mail )?(?:preferences|"
        r"subscription)|opt[ -]?out|"
        r"newsletter (?:abbestellen|abmelden)|(?:verteiler|hier|·|\||-einstellungen \w+) (?:abmelden|"
        r"abbestellen)|(?:\||·) ?(?:abmelden|abbestellen|unsubscribe)|(?:ändern|vom) (?:· )?(?:abbestellen|"
        r"verteiler)|ne souhaitez plus recevoir|desabonnement|(?:vom|diesen) newsletter\b.{0,40}(?:abmelden|"
        r"abbestellen)|abmelden\b.{0,20}(?:hier|link|https?:)|se désabonner|désinscri|darse de baja|"
        r"cancelar (?:la |su )?suscripción|disiscri|cancelar (?:a )?(?:inscrição|subscrição)|wypisa|"
        r"отписаться|відписатися|abonelikten|dezabon|"
        r"退订|can't read this e?-?mail|(?:view|read|see|open)\b.{0,30}(?:in (?:your |a )?(?:web )?browser|"
        r"full-?color|online version)|(?:im browser|online-?version|webversion)\b|to view this "
        r"(?:newsletter|e-?mail|message)|you (?:are receiv|have receiv|receiv)\w+ this (?:e-?mail|message|"
        r"newsletter)|"
        r"sie erhalten diese(?:n)? (?:e-?mail|nachricht|newsletter)|was sent to you (?:by|because)",
    ),
    legal=_any(
        r"all rights reserved|alle rechte vorbehalten|©|\(c\) ?\d{4}|copyright|privacy policy|terms (?:of|"
        r"and) (?:service|use|conditions)|registered trademark|customer (?:service|support)|kundenservice"
    ),
    program=_any(
        r"^\W*<\?xml|<adf>|a (?:fax|voice ?mail|new message) has (?:arrived|been received)|processing "
        r"commands for|fax (?:empfangen|erhalten) von|exit (?:code|status)[: ]+\d|traceback \(most recent|"
        r"has invited you to\b.{0,80}\b\d\d/\d\d/|gerätename|(?:der|dieser|this) (?:anhang|attachment) "
        r"(?:enthält|contains) (?:das|the) (?:gescannte|scanned)|sigterm|sighup",
    ),
)
