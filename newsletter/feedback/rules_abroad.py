"""
Why a letter was not delivered, by the words of servers in other languages than English.

They are asked where the English ones say nothing: most servers answer in English, also where the
program that sends the mail back explains it in its reader's language.
"""

from typing import Final

from newsletter.feedback.event import BounceClass, Reason
from newsletter.feedback.rule import rule

_HARD: Final = BounceClass.HARD
_SOFT: Final = BounceClass.SOFT
_SENDER: Final = BounceClass.SENDER

ABROAD: Final = (
    rule(
        Reason.SIZE,
        BounceClass.MESSAGE,
        "Exchange and portals of letters that are too large",
        r"(?:첨부|메시지|메일|편지)의? ?(?:파일|크기).{0,20}(?:초과|너무|커서|큽|큰)|용량이 커서",
        r"(?:메일|메시지|편지)[이가은는] 너무 [크큽커]|허용.{0,10}크기",
        r"(?:サイズ|容量).{0,12}(?:大き|超え)(?=.{0,12}メッセージ)",
        r"メッセージ.{0,12}(?:大き|サイズ)",
        r"邮件.{0,6}(?:过大|太大|超过.{0,4}大小)|大小.{0,4}超|郵件.{0,6}(?:過大|太大)",
        r"nachricht .{0,20}zu gro(?:ß|ss)|message .{0,30}trop (?:volumineux|gros|grand)",
        r"mensaje .{0,30}demasiado grande|mensagem .{0,30}(?:muito|demasiado) grande",
        r"messaggio .{0,30}troppo grande|(?:слишком больш|размер).{0,30}(?:письм|сообщен)",
    ),
    rule(
        Reason.MAILBOX_FULL,
        _SOFT,
        "Exchange, Gmail, Orange, web.de, Naver, Daum, QQ and Japanese providers of full mailboxes",
        r"(?:사서함|메일함|메일 ?박스|편지함|보관함|용량|저장 ?공간|디스크|할당량"
        r"|쿼터).{0,20}(?:가득|초과|부족|꽉|찼|넘)",
        r"(?:邮箱|郵箱|信箱|メールボックス|受信箱|容量|空間|空间|收件人).{0,12}(?:已满|已滿|満"
        r"|不足|いっぱい|一杯|超|上限|达到)",
        r"(?:postfach|mailbox|speicher\w*+|kontingent|quota|konto).{0,40}(?:erreicht|\bvoll\b|überschritten"
        r"|ueberschritten|erschöpft)",
        r"bo[iî]te .{0,60}pleine|quota .{0,40}(?:d[ée]pass|atteint)|espace .{0,30}insuffisant",
        r"zu ?viele (?:e-?)?mails|buz[oó]n .{0,40}lleno",
        r"(?:cuota|espacio) .{0,30}(?:excedid|superad|insuficiente)",
        r"caixa .{0,40}cheia|cota .{0,20}excedid|casella .{0,40}piena|quota .{0,20}superat",
        r"(?:почтовый )?ящик .{0,40}переполнен|превышен.{0,20}(?:квот|лимит)|квот.{0,20}превышен",
        r"postvak .{0,30}vol\b|skrzynka .{0,30}(?:pełna|przepełniona)|kotas[ıi] .{0,10}(?:aş|dol)",
    ),
    rule(
        Reason.OTHER,
        _HARD,
        "Daum, Naver, QQ and Exchange of accounts that sleep or were shut",
        r"\binactiv[oa]\b|inutilizzo|nieaktywn|expirad[oa]|휴면|(?:사용|이용) ?(?:중지|정지)",
        r"정지된|비활성|잠긴 계정|解約|停止中|利用停止",
        r"アカウント.{0,10}(?:停止|無効)",
        r"(?:帐号|账号|帳號|邮箱|用户).{0,10}(?:停用|冻结|凍結|禁用)",
        r"(?:konto|postfach) .{0,30}(?:deaktiviert|gesperrt)|compte .{0,30}(?:désactivé|suspendu)",
        r"cuenta .{0,30}(?:desactivada|suspendida)|conta .{0,30}(?:desativada|suspensa)",
        r"(?:account|casella) .{0,30}(?:disattivat|sospes)",
        r"(?:ящик|аккаунт).{0,30}(?:отключ|заблок)",
    ),
    rule(
        Reason.USER_UNKNOWN,
        _HARD,
        "Exchange, Gmail, Orange, Daum, Nate, QQ and Japanese providers of unknown readers",
        r"(?:존재하지 ?않는|등록되지 ?않은|없는|잘못된|알 수 없는|유효하지 ?않은|탈퇴한"
        r"|퇴[직사]한) ?(?:이?메일|전자 ?메일|사용자|계정|아이디|주소|수신자|수신인|회원|직원|받는"
        r"|편지|ID)",
        r"(?:사용자|계정|수신자|수신인|아이디|메일 ?주소|주소|받는 ?사람|받는 ?이|메일 ?박스"
        r"|사서함)(?:(?!서버|도메인)[^.]){0,24}(?:존재하지|없습니다|없음|없어|찾을 수|찾지 못|잘못"
        r"|틀[렸린]|등록되지)",
        r"(?:ユーザ|アドレス|宛先|受信者|メールボックス).{0,24}(?:存在|不明|見つか|ありません|誤)",
        r"(?:用户|用戶|收件人|邮箱|郵箱|地址|帐号|账号|帳號)(?:(?!域名|域|主机|主機)[^.]){0,12}(?:不存在|无效|無效|错误"
        r"|未找到)",
        r"找不到.{0,24}(?:地址|收件人|邮箱|用户)|未开通|无此用户|查无此人|查無此人",
        r"(?:empf[aä]nger\w*+|adresse|benutzer\w*+|postfach|adressat|konto)\b .{0,40}(?:unbekannt"
        r"|nicht (?:gefunden|bekannt|existier|vorhanden)|existiert nicht|ungültig)",
        r"(?:adresse|destinataire|utilisateur|bo[iî]te|compte)\b.{0,60}(?:n.existe pas|inconnu"
        r"|introuvable|inexistant|invalide|non recens)",
        r"(?:usuario|destinatario|direcci[oó]n|buz[oó]n|cuenta)\b.{0,60}(?:desconocid|inexistente"
        r"|no existe|no (?:se )?(?:encontr|ha encontr)|no v[aá]lid|inv[aá]lid)",
        r"no se (?:encontr|ha encontr|pudo encontrar).{0,30}(?:direcci|destinatario|usuario)",
        r"(?:mailbox|caixa|utilizador|usu[aá]rio|destinat[aá]rio|endere[cç]o"
        r"|conta)\b.{0,60}(?:desconhecid|inexistente|n[aã]o (?:existe|encontrad|foi encontrad)"
        r"|inv[aá]lid)",
        r"(?:utente|destinatario|indirizzo|casella)\b.{0,60}(?:sconosciut|inesistente"
        r"|non (?:esiste|trovat|valid|è stat))",
        r"(?:получател|пользовател|адрес|ящик).{0,40}(?:не (?:найден|существует)|неизвест|неверн)",
        r"(?:нет|не найден) .{0,20}(?:пользовател|получател|адресат|ящик)",
        r"(?:пользовател|получател|адресат|ящик)\w* (?:\S{1,20} )?(?:нет|отсутствует|удал[её]н)",
        r"^(?!.*\bdom).*(?:ei löydy|ei ole olemassa|bulunamadı|mevcut değil"
        r"|nem (?:található|létez)"
        r"|nenalezen|neexistuj|(?:finns|findes|finnes|existerar|eksisterer|hittades) (?:inte|ikke)"
        r"|không (?:tồn tại|tìm thấy)|tidak (?:ditemukan|ada)|не (?:існує|знайдено)|ไม่พบ"
        r"|δεν υπάρχει)",
        r"(?:unbekannte|ungültige|ungueltige)\w? (?:empf|adress|benutz|postfach|e-?mail)",
        r"(?:onbekende|ongeldige?) (?:gebruiker|ontvanger|adres)",
        r"nie(?:znany|znaleziono|istniej\w*+) (?:adres|użytk|odbior|konto)",
        r"(?:okänd|ukjent|ukendt|ogiltig|ugyldig)\w? (?:mottag|adress|användar|bruker|modtag)",
        r"(?:neznám|neexistující|ismeretlen|bilinmeyen|tuntematon)\w{0,3} (?:u[žz]|adres|příjem"
        r"|felhaszn|c[íi]mzett|kullan|al[ıi]c|käytt|vastaan)",
        r"destin\w*+\.? (?:sconosciut|errat)|nie istnieje|nie ma takiego",
        r"(?:gebruiker|ontvanger|adres) .{0,30}(?:onbekend|bestaat niet|niet (?:worden )?gevonden)",
        r"(?:수신자|계정|사용자|회원|담당자|아이디)[^.]{0,20}(?:퇴[사직]|삭제|탈퇴|해지|변경되)",
    ),
    rule(
        Reason.HOST_UNKNOWN,
        _HARD,
        "domains that do not exist",
        r"(?:도메인|호스트|메일 ?서버|서버 ?주소)[^.]{0,24}(?:존재하지|찾을 수 없|찾지 못"
        r"|(?<!수 )없는|(?<!수 )없습니다)",
        r"(?:존재하지 ?않는|없는|잘못된|알 수 없는) ?(?:도메인|호스트)",
        r"(?:域名|主机|主機|網域|网域).{0,12}(?:不存在|找不到|无法解析|错误|無法)",
        r"(?:ドメイン|ホスト).{0,24}(?:存在|見つか|不明)",
        r"dom[aä]ne? .{0,40}(?:nicht gefunden|existiert nicht)",
        r"domaine? .{0,40}(?:n.existe pas|introuvable|inconnu)",
        r"dominio .{0,40}(?:no existe|non esiste)",
        r"dominio .{0,40}(?:no se encontr|desconocid|inexistente)",
        r"домен.{0,30}не (?:найден|существует)",
    ),
    rule(
        Reason.SPAM,
        _SENDER,
        "Korean, Chinese, Japanese, Russian and European filters of content",
        r"스팸|광고(?:성)? ?메일|바이러스|垃圾|广告|病毒|迷惑メール|スパム|ウイルス|спам|вирус",
        r"courrier indésirable|correo no deseado|unerwünscht|pourriel|indesiderat",
        r"contenu (?:suspect|indésirable|refus)",
        r"(?:por|su) (?:el |su )?contenido|wegen .{0,20}inhalts?",
        r"첨부.{0,12}(?:차단|금지|허용되지)",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "Korean, Chinese, Japanese and European refusals",
        r"(?:접속|연결|발송).{0,20}너무 많|차단",
        r"수신 ?거부|거부(?:되|하|됨|당)|발송.{0,20}(?:초과|제한)|거부 ?정책|접속 ?제한",
        r"보안 ?정책",
        r"(?:인증|권한).{0,12}(?:필요|없|실패)|허용되지 ?않",
        r"拒绝|拒絕|拒收|拦截|频率|限制|黑名单|ブロック|制限|拒否",
        r"abgelehnt|abgewiesen|verweigert|nicht (?:erlaubt|berechtigt)|gesperrt|rejet[ée]",
        r"refusé|(?:ete|message|adresse|est) refuse\b",
        r"bloqu[eé]|rechazad|recusad|rifiutat|bloccat|отклонен|заблокирован|запрещен|geweigerd",
    ),
    rule(
        Reason.EXPIRED,
        _SOFT,
        "hosts that do not answer",
        r"(?:응답|연결|접속)[이을를에]? ?(?:없|하지|할 수 없|실패|되지|못)|시간 ?초과",
        r"기한.{0,10}초과",
        r"(?:연결|접속|배달|전송).{0,10}(?:지연|시간)|타임 ?아웃|タイムアウト",
        r"応答.{0,6}(?:なし|ありません)",
        r"接続.{0,10}(?:でき|失敗)|超时|逾時|无法连接|連線失敗|zeitüberschreitung|nicht erreichbar",
        r"délai .{0,30}(?:dépass|expir)|tiempo .{0,30}(?:agotado|excedido|espera)|скоро.*повтор",
        r"истек|не отвечает|tempo .{0,20}(?:scaduto|esgotado)",
    ),
    rule(
        Reason.SYSTEM,
        _SOFT,
        "faults that pass",
        r"일시적|잠시 ?후|시스템 ?(?:오류|장애)|서버.{0,10}(?:오류|장애|점검)|系统|系統|システム",
        r"一時的",
        r"vorübergehend|temporaire|temporal(?:mente)?|temporane|временн",
    ),
)
