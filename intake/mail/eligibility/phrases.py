# SPDX-License-Identifier: GPL-3.0-or-later
"""What automatic messages say, in the languages of the office and of its neighbours: the tables of rule 20.

Kept apart from the weighing in ``signals.py`` so that a speaker of a language can correct its lines. Each entry is a
regular expression over folded text (no case, no accents, one line; see ``signals.folded``), so entries contain no
upper-case classes. Gaps are short and bounded. The phrases are typical wordings, written for this table.
"""

import unicodedata
from dataclasses import dataclass

from intake.patterns import Pattern


@dataclass(frozen=True, slots=True)
class Notes:
    """Out-of-office notes and automatic replies."""

    title: Pattern
    """Begins the subject: "Automatic reply"."""
    topic: Pattern
    """Anywhere in the subject, weak: "absence"."""
    automatic: Pattern
    """"This message was generated automatically"."""
    away: Pattern
    """"I am out of the office": said of a workplace."""
    leave: Pattern
    """"I am on holiday": said by anybody."""
    instead: Pattern
    """"In urgent cases write to my colleague"; "your mail is not forwarded"."""
    unread: Pattern
    """"I do not read this mailbox", "this address is no longer in use", "I left the company"."""
    later: Pattern
    """"I will answer when I am back", "you will hear from us within two days"."""
    received: Pattern
    """"Your enquiry has been registered": said by an organisation, never "I have received"."""
    receipt: Pattern
    """Begins the subject: "We have received your enquiry"."""
    contact: Pattern
    """In the subject: "Thank you for contacting us"; not "thank you for your help"."""
    until: Pattern
    """"until 20 November", "from 9.11. to 20.11.", "back on Monday"."""
    urgent: Pattern
    """A question that asks nothing: "Urgent?", "Any questions?"."""
    thanks: Pattern
    """"Thank you for your message"."""


@dataclass(frozen=True, slots=True)
class Bounces:
    """Delivery failures."""

    title: Pattern
    text: Pattern
    gate: Pattern
    """Held or refused: spam filters, virus scanners, full mailboxes."""
    challenge: Pattern
    """"Confirm that you are a person"."""


@dataclass(frozen=True, slots=True)
class Notifications:
    """Newsletters, orders, tickets, monitors."""

    sender: Pattern
    title: Pattern
    text: Pattern
    no_reply: Pattern
    unsubscribe: Pattern
    legal: Pattern
    program: Pattern
    """What only programs print."""


def _folded(pattern: str) -> str:
    decomposed = unicodedata.normalize("NFKD", pattern.casefold())
    return "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf")).replace("ı", "i")


def _any(*entries: str, whole_subject_start: bool = False) -> Pattern:
    joined = "|".join(_folded(entry) for entry in entries)
    return Pattern(rf"[\s\[(*]*(?:{joined})" if whole_subject_start else f"(?:{joined})")


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
    r"استلام|ontvangen|bürozeiten|ticket|sabbatical|nicht mehr (?:bei|für|im|tätig)|no longer (?:with|at|work)|"
    r"has left|"
    r"verlassen|ausgeschieden|ne fait plus partie|neue adresse|new (?:e-?mail )?address",
)

_AUTOMATIC = {
    "de": r"(?:dies(?:e|es)?|das|hierbei)\b.{0,40}\bautomatisch(?:e|er|es)? (?:antwort|generierte|erstellte|"
    r"erzeugte|versendete|versandte|e-?mail|nachricht|"
    r"eingangsbestätigung|empfangsbestätigung|rückmeldung|abwesenheits|benachrichtigung|mitteilung)|(?:mail|"
    r"nachricht|antwort|mitteilung|benachrichtigung|"
    r"bestätigung)\b.{0,30}(?:wurde|wird|ist|erfolgt)\b.{0,30}(?:automatisch|maschinell|"
    r"systemseitig)\b.{0,30}(?:erstellt|generiert|erzeugt|versandt|versendet|verschickt|gesendet)|"
    r"(?:rückmeldung|antwort|bestätigung|mitteilung|nachricht) (?:erfolgt|erfolgte) (?:automatisch|maschinell)|"
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
    r"kanzlei|firma|betrieb|\w{0,20}stelle|sekretariat|ordination)\b.{0,80}(?:geschlossen|nicht besetzt)|"
    r"keinen zugriff auf (?:meine|unsere) (?:e-?)?mails?|betriebsferien|betriebsurlaub|bis auf weiteres "
    r"nicht|(?:in|befinde mich) (?:\w+ )?(?:elternzeit|mutterschutz)|"
    r"(?:bin|sind|befinde mich)\b.{0,60}(?:eingeschränkt erreich|auf (?:einer )?(?:messe|dienstreise|tagung|"
    r"fortbildung|schulung)|"
    r"unterwegs und)|(?:am steuer|fahre gerade (?:auto)?)|"
    r"(?:kann|können|werden)\b.{0,40}(?:mails?|postfach|nachrichten)\b.{0,20}(?:nicht|"
    r"weder)\b.{0,20}(?:gelesen|lesen|abgerufen|abrufen|bearbeite)",
    "en": r"out of (?:the )?office|away from (?:my desk|the office|my e-?mail)|(?:not|never) (?:be )?in the "
    r"office|limited (?:e-?mail )?access|(?:no|limited|sporadic|intermittent|without) access to (?:my )?"
    r"(?:e-?mails?|mail)|office (?:is|will be) closed|not (?:be )?(?:checking|reading|monitoring|able to "
    r"read) (?:my )?(?:e-?mails?|mail|inbox)|"
    r"(?:i'm|i am|currently|right now) (?:currently |away |presently )?(?:driving|in a meeting|on a (?:course|"
    r"flight)|"
    r"attending (?:a|an) \w+)|"
    r"(?:office|practice|surgery|clinic|shop|school)s? (?:is|are|will be|remains?) (?:now |"
    r"currently )?(?:closed|not staffed)|"
    r"(?:on|taking)\b.{0,20}(?:annual|maternity|paternity|parental|sick|study|research|sabbatical|compassionate|"
    r"medical) "
    r"leave|on (?:a )?sabbatical|(?:this )?(?:mailbox|inbox|address) is "
    r"(?:not|no longer) (?:monitored|in use|active|read)",
    "fr": r"absente?s? du bureau|(?:je suis|serai|sommes) (?:actuellement |en ce moment )?(?:absente?s?|en "
    r"congés?|en déplacement|en formation|injoignable)|de retour (?:au bureau )?le|"
    r"(?:bureau|cabinet|établissement|agence|secrétariat|service|mairie|magasin|école)[xs]? (?:est|sont|sera|"
    r"seront) fermée?s?|accès (?:limité|restreint) à (?:mes|ma) "
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
    "de": r"(?:dringend|eilig|unaufschiebbar|notf[aä]ll|wichtig|akut|wenn's brennt|"
    r"lebensbedroh)\w*\b.{0,60}(?:wenden|kontakt|melden|"
    r"erreich|schreiben|anrufen|richten|rufen|helfen|hilft|steht|vertr)|"
    r"(?:(?<!anwaltliche )(?<!rechtliche )vertretung(?! (?:von|des|der|meine|meines|unsere|in der sache))|"
    r"vertritt mich|vertreten (?:mich|von|durch))|"
    r"(?:meldet euch|melden sie sich)\b.{0,30}(?:bei|an)|(?:anrufen|bitte meine frau|bis dahin (?:bitte "
    r")?an)|"
    r"(?:wenden sie sich|wende dich|wendet euch) (?:bitte |in \w+ \w+ |daher |künftig |stattdessen |zukünftig |"
    r"ab sofort )*"
    r"(?:an|während)|(?:nachricht|mail|mails|nachrichten|"
    r"e-mails?)\b.{0,40}(?:nicht|automatisch|weder)\b.{0,20}(?:weitergeleitet|weitergeleit|gelesen|"
    r"bearbeitet)|"
    r"(?:meine?|unsere?) kolleg\w+\b.{0,90}(?:erreich|hilft|helfen|steht|stehen|weiter|gerne?|übern[io]mm|"
    r"springt|vertritt)|notfallnummer|notruf|"
    r"(?:richten|senden|schicken|adressieren) sie\b.{0,60}\ban\b.{0,60}@|(?:wenn's|wenn es|falls es|wo's) brennt\b",
    "en": r"(?:urgent|immediate|emergency|assistance|importan)\w*\b.{0,60}(?:contact|call|reach|e-?mail|"
    r"write|phone|speak|ring|get in touch)|my colleague\b.{0,60}(?:will|can|is|help|happy)|"
    r"new (?:e-?mail )?address\b.{0,20}@|"
    r"if it (?:can't|cannot|can not) wait|(?:please|kindly) (?:contact|refer to|get in touch|direct|reach "
    r"out|e-?mail|write to)\b.{0,80}"
    r"(?:colleague|instead|in my absence|@|absence|meantime)|in my absence|during my absence|(?:e-?mail|"
    r"message|mail)s?\b.{0,40}(?:not|n't) (?:be |being )?(?:forwarded|read|monitored)|cover(?:ing)? for me|"
    r"if (?:it's|it is|this is) (?:about|urgent)|(?:should|please) contact|(?:i )?(?:warmly )?recommend my "
    r"colleague",
    "fr": r"(?:urgen)\w*\b.{0,60}(?:contact|adress|joindre|appel|écri)|écrivez (?:à|plutôt)\b|(?:en|pendant|"
    r"durant) mon absence|(?:message|mail)s? ne (?:sera|seront) (?:pas|ni) (?:lu|transf|transmis|trait)|"
    r"(?:mon|ma) (?:collègue|assistante?|collaborat\w+)\b.{0,60}(?:répond|aid|prend|disposition|\d|@)",
    "es": r"(?:urgen)\w*\b.{0,60}(?:contact|dirij|llam|escrib|diríj|póngase|ponerse|comuni)|(?:durante|en) "
    r"mi ausencia|no (?:será|serán) (?:reenviad|leíd)|mientras tanto|(?:mi )(?:compañer[oa]|"
    r"colega)\b.{0,60}(?:atender|ayudar|"
    r"encarg|@|\d)",
    "pt": r"(?:fale|fala) com\b|(?:urgen)\w*\b.{0,60}(?:contact|contat|dirij|ligue|escrev)|(?:durante|na) "
    r"minha ausência|não (?:será|serão) (?:reencaminhad|encaminhad|lid)|(?:o|a) (?:meu |"
    r"minha )?colega\b.{0,60}(?:ajud|atend|acompanh|"
    r"respond|@|\d)",
    "it": r"(?:urgen)\w*\b.{0,60}(?:contatt|rivolg|scriv|chiam|telefon)|(?:durante|in) (?:la )?mia assenza|"
    r"non (?:sarà|verrà|saranno|verranno) (?:inoltrat|lett)|(?:il mio|la mia) collega\b.{0,60}(?:aiut|rispond|"
    r"disposizione|@|\d)",
    "nl": r"(?:dringend|spoed|urgent)\w*\b.{0,60}(?:contact|bel\b|bellen|mailen|terecht|wend|bereik)|tijdens mijn "
    r"afwezigheid|niet doorgestuurd|wordt niet gelezen|mijn collega\b.{0,60}(?:help|bereik|staat|@|\d)",
    "pl": r"(?:piln)\w*\b.{0,60}(?:kontakt|proszę|pisać|dzwonić)|(?:podczas|w czasie) mojej nieobecności|"
    r"zastępuje mnie|(?:mój kolega|moja koleżanka)\b.{0,60}(?:pomo|udziel|@|\d)|nie (?:będą|będzie|są|"
    r"jest) (?:czytan|przekazywan|przekierowywan|przekazan)",
    "cs": r"(?:naléhav|urgentn|nutn|neodkladn|akutn)\w*\b.{0,60}(?:kontakt|obra[tť]|volej|piš)|(?:po dobu|v "
    r"době|během) mé nepřítomnosti|zastupuje mě|zastup",
    "ro": r"(?:colegul meu|colega mea)\b.{0,60}(?:ajut|răspund|sta|@|\d)|(?:urgen)\w*\b.{0,60}(?:contact|adresa|"
    r"sun|scri)|în (?:lipsa|absența|absenţa) mea|nu (?:va fi|"
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
    r"lesen|abrufen|gesichtet|überwacht|beantwortet|ab\b)|(?:mails?|nachrichten|eingänge)\b.{0,40}\bnur (?:zu|"
    r"während|innerhalb)\b.{0,90}"
    r"(?:gelesen|gesichtet|bearbeitet|beantwortet)|(?:im ruhestand|in rente|in pension)|"
    r"schaue (?:ich )?(?:hier |nur )|ohne "
    r"(?:empfang|internet|laptop)",
    "en": r"(?:messages|mail|e-?mails) (?:sent )?to this address\b.{0,30}(?:not|no longer)|(?:mailbox|inbox|"
    r"account|address|e-?mail)\b.{0,30}(?:not|no longer|rarely|"
    r"n't)\b.{0,25}(?:monitored|read|checked|used|in use|active|attended|valid)|(?:not|n't|rarely|hardly) "
    r"(?:be )?(?:read|check|see|look at|reading|checking)\w*\b.{0,25}(?:e-?mails?|mail|account|inbox|"
    r"messages)|(?:have|has|i) (?:now )?retired|only (?:be )?(?:check|read|look(?:ing)? at|checking|"
    r"reading)\b.{0,12}(?:e-?mails?|mail|inbox|messages)|(?:e-?mails?|mail)\b.{0,20}(?:only )?(?:sporadically|"
    r"infrequently|"
    r"intermittently)|(?:no|without|little) (?:laptop|internet|signal|reception|"
    r"connection|wifi)|replies (?:will|may|might) be (?:slow|delayed)",
    "fr": r"(?:consulte|lis|lirai|relève)\w*\b.{0,15}(?:plus|pas|rarement|peu)\b.{0,30}(?:messagerie|boîte|"
    r"mails?|e-?mails?|courriels?|adresse)|(?:adresse|boîte|messagerie)\b.{0,30}n'est plus|"
    r"(?:messagerie|mails?|courriels?)\b.{0,30}(?:intermittent|ponctuel|épisodiqu)",
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
    "any": r"(?:innerhalb von|innerhalb|binnen|within|sous|entro|en|w ciągu|протягом|упродовж|в течение|în|خلال) "
    r"\d{1,2}(?: ?(?:-|bis|to|à|a) ?\d{1,2})? ?(?:werktag|arbeitstag|stunden|business|working|hours|h\b|heures|"
    r"jours ouvr|"
    r"ore\b|horas|días hábiles|giorni lav|werkdag|dni rob|godzin|рабоч|час|годин|робоч|zile luc|ساعة)|"
    r"réouverture|riapertura|reapertura|erst (?:nach|ab|wieder)\b.{0,30}(?:gelesen|lesen)|lesen mails? erst",
    "de": r"nach (?:meiner|unserer) (?:rückkehr|abwesenheit)|(?:melde|antworte|kümmere|beantworte|bearbeite|"
    r"lese|melden|antworten|beantworten|bearbeiten)\b.{0,60}(?:nach|sobald|wieder|anschließend|danach|"
    r"baldmöglichst|schnellstmöglich|"
    r"umgehend|so (?:bald|schnell))|(?:ihre|eure|deine) (?:e-?mail|mail|nachricht|"
    r"anfrage)\b.{0,50}(?:bearbeite|beantworte)|melde mich\b|(?:beantwortung|bearbeitung|"
    r"antwort)\b.{0,40}(?:derzeit|zurzeit|aktuell|momentan)\b.{0,60}(?:dauern|"
    r"wochen|verzöger)|von (?:rück|nach|sachstands)fragen\b.{0,50}(?:abzusehen|abseh|ab\b)|unaufgefordert|"
    r"(?:melden|antwort\w*|kümmer\w+|"
    r"rückmeldung|meldet)\b.{0,60}(?:innerhalb|binnen|in kürze|in den nächsten|werktag|arbeitstag|stunden|"
    r"so schnell)|(?:wieder|"
    r"erst)\b.{0,30}(?:erreich|für sie da|im dienst|zurück)|erreichen (?:sie )?(?:uns|mich)\b.{0,20}(?:erst|"
    r"wieder)|(?:mails?|nachrichten?)\b.{0,40}erst (?:nach|wieder|ab)|(?:lesen|beantworten) wir (?:auch "
    r")?ihre",
    "en": r"(?:up)?on my return|when i (?:return|get back|am back|come back)|after my return|once i(?:'m| "
    r"am)? (?:back|return)|(?:reply|respond|answer|get back to you|be in touch)\b.{0,40}(?:as soon as|when|"
    r"after|upon|once|shortly|soon|on my|within|"
    r"later)|(?:will|'ll) (?:get back to|be back to|contact|respond to|reply to) you|(?:back to you|be in touch|"
    r"respon[ds]e?|reply|replies|answer)\b.{0,40}(?:within|in the next|in due course|business day|working day|"
    r"\bhours\b)|due to (?:the |a )?(?:current |currently )?"
    r"(?:high|large|increased|exceptional) (?:volume|number)|(?:picking up|reading|checking) (?:my |"
    r"your )?(?:messages|e-?mails?|"
    r"mail) again",
    "fr": r"(?:à|dès|après) mon retour|(?:répond|revien)\w*\b.{0,40}(?:dès|retour|plus (?:bref|tôt)|"
    r"rapidement|meilleurs délais|sous \d|dans un délai|dans les \d)|sera "
    r"traitée? (?:dans|sous|dès)|quelqu'un vous répondra",
    "es": r"(?:a|tras|en) mi (?:regreso|vuelta|retorno)|cuando (?:regrese|vuelva)|(?:responder|contestar|"
    r"atender|contactar)\w*\b.{0,40}(?:regres|vuelt|posible|breve|antes|plazo|horas|días)|responderemos (?:a )?su",
    "pt": r"(?:no|após o|ao) meu (?:regresso|retorno)|quando (?:regressar|voltar|retornar)|"
    r"(?:responder|contactar)\w*\b.{0,40}(?:regress|retorn|possível|breve|prazo|horas|dias)|só volto",
    "it": r"al mio (?:rientro|ritorno)|(?:risponder|ricontatter|contatter)\w*\b.{0,40}(?:rientro|ritorno|possibile|"
    r"presto|appena|entro|ore\b)|rientrerò|alla riapertura|"
    r"saranno letti",
    "nl": r"(?:bij|na|zodra) (?:mijn|ik) (?:terugkomst|terugkeer|terug|weer)|(?:beantwoord|reageer|"
    r"antwoord|reactie)\w*\b.{0,40}(?:terug|mogelijk|daarna|spoedig|binnen|werkdag)|beantwoord ik (?:je|uw)",
    "pl": r"po (?:moim )?powrocie|(?:odpowiem|odpiszę|odpowiemy|skontaktujemy)\b.{0,40}(?:po|najszybciej|"
    r"niezwłocznie|jak|w ciągu)|wrócę\b|wracam\b|przejmuje mój",
    "cs": r"po (?:mém |svém )?návratu|vyřídíme|(?:odpoví|ozv)\w*\b.{0,40}(?:po|jakmile|co nejd|do \d)|vrátím se|"
    r"zpět (?:budu|v kancel)",
    "ro": r"(?:la|după) (?:întoarcere\w*|revenire\w*|intoarcere\w*)|când mă (?:voi )?întor|(?:voi răspunde|"
    r"vă voi răspunde|vom răspunde|vom contacta|răspund)\b.{0,50}|revin (?:la birou|în data|pe|în)",
    "tr": r"(?:dön|geri dön)\w* (?:yanıt|cevap|size|sonra)|döndüğümde|dönüşümde|(?:en kısa sürede|en kısa "
    r"zamanda)\b.{0,30}(?:yanıt|cevap|dön)|izin dönüş\w*|(?:tarihinde|tarihine) (?:dön|ofis|kadar)|(?:mesaj|"
    r"e-?posta)(?:ınız|nız)\w* (?:\w+ )?yanıtlan\w*|iletişime geçecek|(?:içinde|içerisinde) (?:size )?(?:dön|"
    r"yanıt|cevap)",
    "uk": r"(?:після|по) (?:мого )?поверненн\w+|(?:відповім|відповімо)\b.{0,40}(?:після|щойно|як тільки|"
    r"одразу|найближч|як зможу|протягом|упродовж)|(?:зв'яж\w+) з вами|повернуся|буду на (?:місці|роботі)",
    "ru": r"(?:после|по) (?:моего )?(?:возвращени|выход)\w+|(?:отвечу|ответим)\b.{0,40}(?:после|как только|"
    r"по|сразу|ближайш|в течение)|свяж\w+ с вами|"
    r"вернусь|выйду на работу|буду на (?:месте|работе)",
    "ar": r"(?:عند|بعد|فور) (?:عودتي|رجوعي|العودة)|(?:سأرد|سنرد|سأجيب|سوف أرد|الرد عليك\w*|"
    r"التواصل معكم?)\b.{0,40}(?:عود|"
    r"أقرب|قريبا|أسرع|حسب|خلال|غضون)|سيتم الرد|وس(?:أعود|نعود)|سنعود",
    "el": r"(?:με|μετά|κατά) την επιστροφή μου|(?:θα )?(?:απαντήσ|επικοινωνήσ)\w+\b.{0,40}(?:επιστρ|σύντομα|"
    r"μόλις|συντομότερο|εντός)|επιστρέφω",
    "hu": r"(?:visszatér|visszaérkez|visszajöv)\w*\b|(?:válaszol)\w*\b.{0,40}(?:után|amint|mihamarabb|belül|"
    r"hamarosan)|belül válaszol|"
    r"köszi a megértést|(?:leveleit|levelét|e-?mail\w*|üzenet\w*)\b.{0,40}(?:után|válaszolom)",
    "bg": r"(?:след|при) (?:завръщането|връщането|като се върна)|(?:ще (?:ви )?отговоря|ще "
    r"отговорим)\b.{0,50}|връщам се",
    "hr sr bs": r"(?:po|nakon|kad se) (?:povratka?|povratku|vratim)|(?:odgovorit|javit|odgovori)\w* (?:ću|"
    r"cemo|ćemo|vam)\b.{0,40}|(?:odgovor|javi)\w*\b.{0,30}(?:u roku|povrat)|vraćam se|vyřídíme|(?:по|"
    r"након) (?:повратка|повратку)|(?:одговори|"
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

_RECEIVED = {
    "de": r"(?:ihre|deine|eure|die) (?:\w+ )?(?:e-?mail|mail|nachricht|anfrage|mitteilung)\b.{0,25}(?:hat uns|"
    r"ist|sind|wurde|"
    r"wird)\b.{0,50}(?:eingegangen|erreicht|registriert|erfasst|aufgenommen|weitergeleitet|eingetroffen|bearbeitet)|"
    r"(?:ihr|dein|euer) anliegen (?:ist|wurde|wird)\b.{0,40}(?:eingegangen|registriert|erfasst|bearbeitet|"
    r"weitergeleitet)|"
    r"wir haben (?:\w+ )?(?:ihre|deine|eure) (?:e-?mail|mail|nachricht|anfrage)\b.{0,20}(?:erhalten|bekommen)|"
    r"(?:vorgang|ticket)\b.{0,40}(?:angelegt|eröffnet|erstellt)|(?:ihre|deine) (?:vorgangs|ticket|"
    r"anfrage)-?(?:nummer|nr)",
    "en": r"(?:your|this) (?:\w+ )?(?:message|e-?mail|request|inquiry|enquiry|query|ticket|"
    r"case)\b.{0,30}(?:has been|was|"
    r"have been|is being|is now)\b.{0,20}(?:received|registered|logged|created|opened|assigned|forwarded|"
    r"reviewed|queued|"
    r"processed)|we(?: have|'ve)?(?: now| safely)? (?:received|got) your (?:message|e-?mail|request|inquiry|"
    r"enquiry|query)\b|"
    r"(?:a|support) ticket\b.{0,30}(?:has been|was) (?:created|opened)|(?:i'm|i am|am the|bin|soy|je suis|"
    r"sono) .{0,30}"
    r"(?:digital|virtual|virtuell|digitale|virtuel)\w* (?:assist|agent|help|mitarbeit)|(?:asistente|assistente|"
    r"assistant) (?:virtual|digital|virtuel)|this (?:is|e-?mail is) to (?:confirm|acknowledge) "
    r"(?:that we|receipt)",
    "fr": r"(?:votre|ton) (?:message|e-?mail|mail|courriel|demande|courrier électronique)\b.{0,30}(?:parvenue?|"
    r"enregistrée?|reçue?|"
    r"transmise?|prise? en (?:compte|charge))|nous avons (?:bien )?reçu votre (?:message|mail|e-?mail|courriel|"
    r"demande)|"
    r"accusons (?:bonne )?réception|(?:sera|seront) transmise?s? au(?:x)? service",
    "es": r"hemos recibido (?:correctamente )?(?:su|tu) (?:mensaje|correo|solicitud|consulta)|(?:su|"
    r"tu) (?:consulta|mensaje|"
    r"correo|solicitud)\b.{0,25}(?:registrad|recibid|asignad|derivad)",
    "pt": r"recebemos (?:a sua|o seu|sua|seu) (?:mensagem|e-?mail|pedido)|(?:a sua|o seu|sua|seu) (?:mensagem|"
    r"e-?mail|pedido|"
    r"contato|contacto)\b.{0,25}(?:recebid|registad|registrad|encaminhad)",
    "it": r"abbiamo ricevuto (?:il suo|la sua|il tuo|la tua|la vostra) (?:messaggio|richiesta|e-?mail|mail)|"
    r"(?:la sua|la tua|"
    r"la vostra|il suo) (?:richiesta|e-?mail|messaggio|mail)\b.{0,25}(?:ricevut|registrat|presa in carico|inoltrat)",
    "nl": r"(?:uw|je) (?:bericht|e-?mail|vraag|aanvraag|verzoek)\b.{0,30}(?:ontvangen|geregistreerd|"
    r"binnengekomen|doorgestuurd)|"
    r"wij hebben (?:uw|je) (?:bericht|e-?mail|vraag)\b.{0,20}ontvangen",
    "pl": r"(?:twoj[ae]|państwa|pana|pani)? ?(?:wiadomość|zgłoszenie|zapytanie|e-?mail)\b.{0,20}(?:został[ao]?|"
    r"jest)\b.{0,20}"
    r"(?:otrzyman|przyjęt|zarejestrowan|odebran|przekazan)|otrzymaliśmy (?:twoją|państwa|pana|"
    r"pani) (?:wiadomość|zgłoszenie)",
    "cs": r"(?:vaše|váš) (?:zpráva|e-?mail|požadavek|dotaz)\b.{0,25}(?:přijat|doručen|zaregistrován|zaevidován)|"
    r"obdrželi jsme váš",
    "ro": r"(?:mesajul|solicitarea|cererea|e-?mailul) (?:dvs|dumneavoastră|ta|tău)\b.{0,25}(?:primit|"
    r"înregistrat|preluat)|"
    r"am primit (?:mesajul|solicitarea|cererea) (?:dvs|dumneavoastră)",
    "tr": r"(?:mesaj|e-?posta|talep|taleb|başvuru|ileti)(?:ınız|niz|nız|iniz|unuz)\w* (?:\w+ ){0,2}(?:alın|ulaş|"
    r"kayd|kayıt|ilet)\w*",
    "uk": r"ваш\w? (?:лист|звернення|повідомлення|запит)\b.{0,20}(?:отриман|зареєстрован|передан|прийнят)|"
    r"ми отримали ваш",
    "ru": r"(?:ваш\w? )?(?:письмо|сообщение|обращение|запрос|заявк\w)\b.{0,12}(?:получен|зарегистрирован|принят|"
    r"передан)|"
    r"мы получили ваш",
    "ar fa": r"(?:تم|لقد) (?:استلام|استلمنا|تسجيل)\b|(?:وصلتنا|تلقينا|استلمنا) (?:رسالت|طلب)|(?:پیام|ایمیل|"
    r"درخواست) شما\b.{0,15}"
    r"(?:دریافت|ثبت)",
    "el": r"(?:το μήνυμά|το αίτημά|το e-?mail) σας\b.{0,20}(?:ελήφθη|παρελήφθη|καταχωρ)|λάβαμε το (?:μήνυμα|"
    r"αίτημα|e-?mail)",
    "hu": r"(?:levelét|üzenetét|megkeresését|e-?mailjét)\b.{0,15}(?:megkaptuk|rögzítettük|továbbítottuk)|"
    r"megkaptuk (?:levelét|üzenetét)",
    "bg mk": r"(?:вашето|ваше) (?:съобщение|писмо|запитване)\b.{0,15}(?:получено|регистрирано|прието)|получихме ваш|"
    r"ја примивме вашата",
    "hr sr bs": r"(?:vaš[ae]?|ваш[ае]?) (?:poruka|upit|zahtjev|zahtev|порука|упит|захтев)\b.{0,15}(?:zaprimljen|"
    r"primljen|evidentiran|"
    r"примљен)|zaprimili smo|primili smo vaš",
    "sq": r"(?:mesazhi|kërkesa|emaili) (?:juaj|yt)\b.{0,15}(?:u mor|është marrë|u regjistrua)|e kemi marrë mesazhin",
    "sv da fi": r"vi har (?:tagit emot|mottagit|fått|modtaget) (?:ditt|din|dit) |(?:ditt|din|dit) (?:meddelande|"
    r"mejl|ärende|"
    r"henvendelse)\b.{0,20}(?:mottagit|registrerats|modtaget)|(?:viestisi|viestinne) on vastaanotettu",
    "zh vi": r"(?:已|已经)?收到您的(?:邮件|来信|咨询|信息|留言)|chúng tôi đã nhận được (?:thư|e-?mail|yêu cầu)",
}

_RECEIPT = (
    r"wir haben (?:ihre|deine) (?:e-?mail|nachricht|anfrage)|(?:ihre|deine) (?:anfrage|e-?mail|nachricht) (?:#|"
    r"nr|an (?:die|das|den|unser))|"
    r"your (?:e-?mail|message|enquiry|"
    r"inquiry|request) to |(?:your (?:request|case|ticket|enquiry|query)|votre demande|(?:su|tu) (?:consulta|"
    r"solicitud)|(?:la tua|la sua) "
    r"richiesta|twoje zgłoszenie|ваш\w? (?:запрос|заявка|звернення)|talebiniz) ?(?:n[°or.]*|#|№|nr\.?|number|"
    r"no\.?|numer)? ?\d|ihre (?:e-?mail|anfrage|nachricht|mitteilung) (?:ist|wurde|an\b)|(?:eingangs|"
    r"empfangs)bestätigung(?! ab-)|"
    r"(?:we(?:'ve| have)? (?:received|got)|(?:your|support) (?:message|request|e-?mail|enquiry|inquiry|query|"
    r"ticket)\b.{0,30}"
    r"(?:received|created|registered|opened|logged))|(?:acknowledge?ment|confirmation) of (?:receipt|"
    r"your (?:enquiry|inquiry|"
    r"request|message|e-?mail))|request received|message received|accusé de réception|nous avons bien reçu|"
    r"(?:hemos )?recibido (?:su|tu)|hemos recibido|acuse de reci|recebemos|confirmação de rece|conferma di ricezione|"
    r"conferma ricezione|abbiamo ricevuto|"
    r"ontvangstbevestiging|w(?:e|ij) hebben (?:uw|je)|potwierdzenie (?:otrzymania|odbioru|przyjęcia)|otrzymaliśmy|"
    r"potvrzení přijetí|"
    r"confirmare (?:de )?primire|mesajınız(?:ı)? al|talebiniz al|e-?postanız(?:ı)? al|ваш\w? (?:лист|звернення|"
    r"запит|обращение|"
    r"письмо|запрос)\b.{0,20}(?:отриман|прийнят|зареєстр|получен|принят|зарегистр)|мы получили|ми отримали|تم استلام|"
    r"επιβεβαίωση λήψης|visszaigazolás|potvrda (?:primitka|prijema)|потврда пријема|konfirmim marrjeje|bekräftelse|"
    r"kvittering for|vahvistus|收到您的|xác nhận đã nhận"
)

_CONTACT = (
    r"(?:vielen |herzlichen )?(?:dank|danke)(?: für|,? dass) (?:ihre|deine|eure|sie|du)\b.{0,25}(?:mail|"
    r"nachricht|anfrage|mitteilung|"
    r"kontakt|geschrieben|schreib|interesse|melde)|thank(?:s| you)(?: very much| so much)? for (?:contacting|"
    r"getting|reaching|writing|"
    r"your (?:message|e-?mail|enquiry|inquiry|request|query|interest|feedback))|thank(?:s|"
    r" you) for (?:e-?mailing|choosing)|"
    r"merci (?:de nous|pour votre (?:message|e-?mail|demande|courriel))|gracias por (?:contactar|escribir|"
    r"ponerse|su (?:mensaje|correo|"
    r"consulta))|obrigad[oa] p(?:elo|or) (?:seu |nos )?(?:contat|contact|escrever|mensag)|grazie per (?:averci|"
    r"aver(?:ci)? (?:contatt|"
    r"scritto)|la (?:sua|tua) (?:richiesta|e-?mail))|(?:bedankt|dank) voor (?:uw|je|het)\b.{0,15}(?:bericht|"
    r"mail|vraag|contact)|"
    r"dzięk(?:uję|ujemy) za (?:kontakt|wiadomość|zgłoszenie)|děkujeme za (?:zprávu|váš|kontakt)|"
    r"(?:vă )?mulțumim (?:pentru|că)|"
    r"(?:bize )?(?:ulaştığınız|yazdığınız|mesajınız|e-?postanız) için teşekkür|дяку(?:ємо|ю) за (?:звернення|"
    r"лист|повідомлення|ваш)|"
    r"(?:спасибо|благодарим)\b.{0,8} за (?:обращение|письмо|сообщение|ваш)|شكرا (?:لتواصل|لمراسلت|لرسالت|"
    r"على تواصل|لاتصال)|"
    r"ευχαριστούμε (?:για|που)|köszönjük (?:megkeres|level|üzenet)|благодарим (?:ви )?за (?:съобщ|запит|писмо|"
    r"контакт)|hvala (?:vam )?"
    r"(?:na|što)\b.{0,15}(?:upit|poruci|javili|kontakt)|faleminderit (?:që|për)\b.{0,15}(?:kontakt|mesazh|"
    r"shkru)|tack för "
    r"(?:ditt|att du|din)|tak for din|kiitos (?:viest|yhtey)|"
    r"感谢您的(?:来信|来邮|邮件|咨询|联系)|cảm ơn (?:bạn|quý\w*) đã liên hệ|"
    r"با تشکر از (?:تماس|پیام)"
)

_DATE = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mo\w{0,3}tag|dien\w{0,3}tag|mittwoch|samstag|sonnabend|"
    r"\d{1,2}\.? ?(?:\d{1,2}\.|[a-zа-яα-ω]{3,})|"
    r"\d{1,2}[./-]\d|"
    r"jan|feb|f[eé]v|m[aä]r|apr|avr|ma[iy]|jun|jul|juin|juil|aug|ao[uû]|sep|o[ck]t|nov|de[czk]|next|nächste|"
    r"mitte|ende|"
    r"anfang|lunes|martes|lundi|mardi|\d{1,2}\b)"
)
_UNTIL = (
    rf"\b(?:bis (?:\w+ )?(?:zum |einschließlich |einschl\. |inkl\. |und mit )?|ab (?:dem )?|vom |until |till? |"
    rf"through |"
    rf"back (?:on |in )?|jusqu'(?:au|à) (?:\w+ )?|hasta (?:el )?|até (?:a |ao )?|fino (?:al|a) |sino al |dal |"
    rf"tot (?:en met )?|vanaf |do |od |până (?:pe|la|în) |до |з |с |от |deri (?:më|në) |έως (?:τις )?|"
    rf"μέχρι (?:τις )?|"
    rf"til |حتى |إلى |تا )(?:the )?(?:\w{{1,20}},? (?:dem |den )?)?{_DATE}|"
    rf"{_DATE}\w{{0,12}}[^\w]{{0,3}}(?:\w{{1,12}} )?(?:\w{{0,12}}(?:ig|kadar|asti|saakka)\b)|"
    r"\d{1,2}[月日].{0,3}(?:至|到|-|—)\d"
)

_URGENT = (
    r"(?:^|[.!?:;,–)-]) ?(?:(?:ist es |noch |haben sie |any |got |have |is it |più |es |vous avez (?:des |une )?)?"
    r"(?:dringend|eilig|notfall|fragen|urgent|questions?|emergency|urgente|urgence|dúvidas|preguntas|domande|"
    r"spoed|vragen|"
    r"pilne|pytania|срочно|вопросы|терміново|питання|acil|عاجل|brådskande|haster|kiire|hitno)(?: [^ ?]+)?|"
    r"(?:can't|cannot|can not|kann nicht|need (?:help|an answer))\b[^.?!]{0,20}|(?:vielleicht|maybe|perhaps|"
    r"wussten sie|"
    r"did you know)\b[^.?!]{0,80}\b(?:faq|hilfe|help)[^.?!]{0,40}|[^.?!]{0,60}\b(?:faqs?|hilfe-?center|"
    r"help ?cent(?:er|re)))\?"
)

_THANKS = (
    r"(?:vielen|herzlichen|besten|lieben)? ?dank für (?:ihre|deine|eure|die)\b.{0,25}(?:mail|nachricht|"
    r"anfrage|schreiben|interesse)|thank(?:s| you)(?: very much)? for (?:your|the|contacting|getting|"
    r"writing|reaching)|"
    r"(?:merci (?:de nous avoir|de|pour)|nous vous remercions|je vous remercie)\b.{0,25}(?:message|mail|"
    r"courriel|demande)|"
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
    received=_any(*_RECEIVED.values()),
    receipt=_any(_RECEIPT, whole_subject_start=True),
    contact=_any(_CONTACT),
    until=_any(_UNTIL),
    urgent=_any(_URGENT),
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
    gate=_any(
        # A spam filter or a virus scanner.
        r"(?:blocked|rejected|quarantined|refused|stopped|identified|classified)\b.{0,40}(?:spam|junk|filter|"
        r"policy|virus|quarantine|"
        r"content)|(?:placed|moved|held) (?:in|into) quarantine|(?:spam|junk)[ -]?(?:filter|verdacht|"
        r"score)\b.{0,60}(?:block|reject|"
        r"abgelehnt|abgewiesen|zurück|score|quarant)|virus(?:es)?\b.{0,30}(?:found|detected|entdeckt|gefunden|"
        r"erkannt|détecté|"
        r"detectado|rilevato|wykryt|обнаружен|виявлен)|(?:found|detected|contained?|enthielt|enthält|"
        r"infected with)\b.{0,20}"
        r"\b(?:virus|malware|trojan)|in quarantäne|mis en quarantaine|en cuarentena|in quarantena|в карантин|"
        r"карантин[еу]|"
        r"kwarantann|karantina|"
        # A mailbox that takes nothing more.
        r"(?:mailbox|postfach|quota|boîte|buzón|casella|skrzynk\w+|ящик|kutu\w*|caixa)\b.{0,60}(?:over ?quota|"
        r"is (?:almost )?full|"
        r"\d+ ?%|limit (?:reached|exceeded)|überschritten|ist voll|(?:fast|nahezu) voll|pleine|llen[oa]|"
        r"pien[oa]|przepełn|"
        r"переполнен|dolu|cheia)|quota (?:warning|exceeded|limit)|(?:anhang|attachment|pièce jointe|"
        r"allegato)\b.{0,40}(?:unzulässig|not allowed|"
        r"blocked|forbidden|nicht erlaubt|interdit|non consentit)|\b(?:abgewiesen|zurückgewiesen)\b",
    ),
    challenge=_any(
        r"only accepts? (?:e-?)?mails? from (?:known|approved)|"
        r"(?:confirm|verify|prove)\b.{0,40}(?:you(?:'re| are) (?:a |not a )?(?:real |human|person|robot)|"
        r"you sent|that you are)|"
        r"(?:message|e-?mail|mail) (?:is|will be|has been) (?:being )?(?:held|on hold|queued|waiting)\b|"
        r"(?:will be|to get it|be) "
        r"delivered (?:at once|once|as soon as|when|after) ?(?:you)?|protect\w* (?:my|this|our|his|"
        r"her) (?:mailbox|inbox|account)\b.{0,40}"
        r"(?:junk|spam)|not (?:yet )?on (?:my|the|our) (?:approved|white|allowed)|"
        r"bestätigen sie\b.{0,40}(?:mensch|kein roboter|"
        r"absender)|(?:nachricht|mail)\b.{0,30}(?:zurückgehalten|in warteschleife)|"
        r"confirme[rz]?\b.{0,40}(?:êtes|humain|robot)|"
        r"подтвердите, что вы (?:не робот|человек)|confirm[ea]\b.{0,30}(?:que (?:es|eres)|no es un robot)",
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
        r"invitation\w?[^\w]{0,4}:|receipt\b|kaufbeleg|kontoauszug|announcing|introducing|"
        r"(?:reminder|erinnerung|rappel|recordatorio|promemoria|przypomnienie|напоминание|нагадування|hatırlatma) ?:|"
        r"confirmaci[oó]n (?:de|del) (?:su |tu )?(?:pedido|compra|reserva|registro)|"
        r"confirmation de (?:votre )?(?:commande|réservation|"
        r"inscription|paiement)|conferma (?:d'|dell'|di )?(?:ordine|prenotazione|registrazione|acquisto)|"
        r"confirmação (?:de|da) (?:encomenda|"
        r"pedido|reserva|compra)|(?:bestel|order)bevestiging|potwierdzenie (?:zamówienia|rejestracji|płatności|"
        r"rezerwacji)|"
        r"(?:auftrags|anmelde|registrierungs|reservierungs)bestätigung|(?:lädt (?:sie|dich)|invites you|"
        r"has invited you|vous invite à|"
        r"shared (?:a|an) \w+ with you|hat (?:etwas |\w+ )?(?:mit ihnen|mit dir) geteilt)\b|"
        r"(?:confirm|activate|validate) your|(?:you have|you've got|sie haben|vous avez|tienes|hai|masz|"
        r"у вас) (?:\w+ )?\d+ "
        r"(?:new|neue|nouve|nuev|nuov|now|нов)|\d+ (?:new|neue|unread|ungelesene|pending) (?:message|"
        r"notification|invitation|"
        r"request|nachricht|benachrichtigung|anfrage|comment)|\bconnect(?:ion)? (?:request|with you)|"
        r"(?:your|ihr|votre|su|tu|il tuo|twoj\w+|ваш\w*) (?:parcel|package|trip|flight|paczk\w+|paket|colis|"
        r"paquete|pacco|"
        r"przesyłk\w+|посылк\w+|"
        r"зaказ|заказ)|(?:zustellung|lieferung|paket|sendung)\b.{0,30}(?:heute|morgen|unterwegs|zugestellt|"
        r"angekündigt|abhol)|"
        r"(?:out for|your) delivery|(?:aktivieren|bestätigen) sie ihr|konto aktivieren|(?:activez|confirmez|"
        r"validez) votre|"
        r"(?:activa|confirma|verifica) (?:tu|su|il tuo|la tua)|(?:ativ|confirm)e (?:o )?seu|(?:potwierdź|aktywuj) |"
        r"hesabınız\w*|подтвердите (?:ваш|адрес|регистр|e-?mail)|підтвердіть|votre (?:facture|mot de passe|"
        r"compte|relevé)|"
        r"(?:su|tu) (?:factura|contraseña|cuenta|extracto)|(?:la tua|la sua) (?:fattura|password|spedizione)|"
        r"faktura (?:nr|vat)|"
        r"twoja faktura|fatura(?:nız)?\b|счет №|рахунок|factuur|uw (?:bestelling|factuur|pakket)|"
        r"\[[a-z]{2,10}\] ?\([a-z]{2,10}-\d{1,6}\)|\((?:mr|pr|issue) ?[!#]\d+\)|"
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
        r"\bjob name|\bjobname|issue has been|ваш заказ|нажмите|перейти|you(?:'re| are) almost (?:there|done)|"
        r"welcome aboard|"
        r"activate your account|(?:confirm|verify) (?:your|this) (?:e-?mail|address|account)|"
        r"complete your (?:registration|"
        r"profile|order)|(?:updated|commented on|assigned|created|resolved|closed|reopened|"
        r"transitioned) (?:an issue|a task|a card|"
        r"a ticket|[a-z]{2,10}-\d{1,6})\b|would like to connect|viewed your profile|mentioned you|"
        r"accept (?:invitation|invite|view)|"
        r"jetzt (?:abstimmen|teilnehmen|anmelden|bewerten|verifizieren)|gracias por su compra|manage (?:your|"
        r"my) (?:booking|order)|booking (?:reference|number|code)|buchungsnummer|leihfrist|"
        r"kod odbioru|abholcode|pick-?up code|code de retrait|código de recogida|codice di ritiro|код получения|"
        r"код отримання|merci (?:pour|"
        r"de) votre (?:commande|achat)|"
        r"grazie per (?:il tuo|il suo) (?:ordine|acquisto)|sayın müşteri|"
        r"sendung(?:en)? (?:live )?verfolgen|sendungsverfolgung|track your (?:parcel|package|order)|(?:reply|"
        r"response|antworten?) (?:above|oberhalb|über) (?:this|dieser|diese) (?:line|zeile)|"
        r"e-?mail-adresse (?:zu )?"
        r"bestätigen|konto (?:zu )?aktivieren|cliquez (?:ici|sur)|haga clic|haz clic|clicca (?:qui|sul)|"
        r"clique (?:aqui|no)|"
        r"kliknij|tıklayın|натисніть|اضغط|انقر|κάντε κλικ|kattintson|klik hier|suivre (?:votre|mon) (?:colis|"
        r"commande)|"
        r"seguimiento (?:de|del)|traccia la|śledź|отследить|numéro de (?:suivi|commande|facture)|número de (?:pedido|"
        r"seguimiento|factura)|numer (?:zamówienia|przesyłki)|номер заказа|sipariş numara|kargo takip|ordernummer|"
        r"estimad[oa] client|chère? client|gentile cliente|drog\w+ klien|szanown\w+ klien|уважаем\w+ (?:клиент|"
        r"пользовател|"
        r"абонент)|шановн\w+ (?:клієнт|користувач)|(?:değerli|sayın) (?:müşteri|üye)|geachte klant|beste klant|"
        r"عزيزي (?:العميل|المستخدم)",
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
        r"(?:il est )?inutile de répondre|no need to (?:reply|respond)|(?:antworten|antwort) (?:an|"
        r"auf) diese (?:adresse|mail|"
        r"e-?mail|nachricht)\b.{0,20}(?:werden|wird|ist|sind) nicht|nie trzeba odpowiadać|"
        r"prosimy nie odpowiadać|відповідати на (?:нього|"
        r"цей лист|це повідомлення)? ?не (?:потрібно|треба)|отвечать на (?:него|это письмо)? ?не (?:нужно|надо)|"
        r"пожалуйста, не "
        r"отвечайте|lütfen (?:bu \w+ )?(?:yanıtlamay|cevaplamay)|الرجاء عدم الرد|يرجى عدم الرد|"
        r"gelieve niet te (?:antwoorden|reageren)|"
        r"por favor,? no (?:responda|conteste)|vă rugăm să nu răspundeți|(?:kérjük )?ne válaszoljon|μην απαντ|"
        r"molimo (?:vas )?ne "
        r"odgovara|neodpovídejte|svar(?:a)? inte på|svar ikke på|vui lòng không trả lời|"
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
        r"keine (?:weiteren |weitere )?(?:ausgaben|newsletter|e-?mails|mailings)\b.{0,20}(?:mehr )?(?:erhalten|"
        r"bekommen|empfangen)|"
        r"mailing-?liste?\b.{0,80}(?:@|https?:)|/listinfo/|(?:leave|verlassen)\b.{0,20}(?:group|gruppe|"
        r"liste?)\b.{0,60}@|"
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
        r"^[^\w]*<\?xml|<adf>|a (?:fax|voice ?mail|new message) has (?:arrived|been received)|processing "
        r"commands for|fax (?:empfangen|erhalten) von|exit (?:code|status)[: ]+\d|traceback \(most recent|"
        r"has invited you to\b.{0,80}\b\d\d/\d\d/|gerätename|(?:der|dieser|this) (?:anhang|attachment) "
        r"(?:enthält|contains) (?:das|the) (?:gescannte|scanned)|sigterm|sighup",
    ),
)
