"""How pages that stand in place of an article word themselves, in the languages of our sources; read by `verdicts.py`.

Patterns join the stems of what such pages say rather than list whole sentences; all are for text on one line.
"""

from __future__ import annotations

import re


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


CHALLENGE_MARKUP = re.compile(
    rb"_cf_chl_opt|cf-browser-verification|cf-challenge|/_Incapsula_Resource|sucuri_cloudproxy|__jsl_clearance"
    rb"|acw_sc__v[23]|window\.gokuProps|awswaf\.com|\.well-known/ddos-guard|ddos-guard\.net/check|\$_ts\.cd"
    rb"|\$_ts=window"
    rb"|perfdrive\.com|/\.well-known/sgcaptcha|__test=[^;]+;\s*expires|/vddosw3data\.js|/__qrator/|qauth_handle"
    rb"|aliyun_waf|aliyunwaf|anubis_challenge|slowAES\.decrypt|/TSPD/|window\.KPSDK|_vercel/security|servicepipe\.ru"
    rb"|errors\.edgesuite\.net|errors\.aliyun\.com|waf_text_verify|/_guard/|yunsuo_session|wzws-waf-cgi|/WZWSRUVT"
)
CAPTCHA_MARKUP = re.compile(
    rb"g-recaptcha|h-captcha|hcaptcha\.com|cf-turnstile|geetest|smartcaptcha|captcha-delivery|showcaptcha|px-captcha"
    rb"|_pxAppId|datadome\.co/captcha|nocaptcha|AliyunCaptcha|TencentCaptcha|TCaptcha\.js|nc_wrapper|arkoselabs\.com",
    re.IGNORECASE,
)
CHALLENGE_WORDS = _any_of(
    r"^(?:just a moment\b|ddos-guard$|client challenge$)|\bverifying you are human|ddos protection by"
    r"|\bchecking (?:your browser|if the site connection)|enable (?:javascript|cookies).{0,30}to (?:continue|proceed)"
    r"|\bsecurity (?:checkpoint|check in progress)|please wait while (?:we|your)\b.{0,40}"
    r"(?:verif|check|redirect)|^attention required!|incapsula incident id|your support id is|powered and protected by",
    r"(?:request|access|connection|you)\b.{0,25}\b(?:been|was|were) (?:blocked|denied|rejected|flagged)\b.{0,160}"
    r"(?:security|firewall|administrator|ray id|reference|incident|ip address|site owner|suspicious)",
    r"don[’']t have permission to access .{0,200}on this server",
    r"(?:检查|检测|验证|校验).{0,12}浏览器|浏览器.{0,6}(?:检查|检测|安全验证)|(?:开启"
    r"|启用)\s*javascript.{0,12}(?:刷新|重试|继续|访问)"
    r"|(?:访问|请求).{0,30}(?:被|已)(?:阻断|拦截|拒绝|禁止).{0,30}|(?:攻击|威胁).{0,20}(?:拦截|阻断)|云防御"
    r"|创宇盾|网站防火墙",
    r"провер\w{1,20}.{0,30}браузер|браузер\w{0,20}.{0,20}провер|провер\w{1,20}.{0,20}(?:соединени|подключени)"
    r"|защит\w{1,20} от ddos"
    r"|доступ.{0,60}(?:заблокирован|ограничен).{0,80}(?:на основании|администратор|ip|запрос|подозрительн|безопасност)",
    r"vérifi\w{1,20}.{0,30}navigateur|vérifi\w{1,20}.{0,30}connexion.{0,20}sécuris|activ\w{1,20} "
    r"javascript.{0,30}(?:continuer|accéder)",
)
HUMAN_WORDS = _any_of(
    r"(?:verify|verifying|confirm|prove|make sure|ensure|check)\b.{0,30}(?:human|not a (?:ro)?bot|real "
    r"(?:person|visitor))",
    r"i[’']?\s?a?m not a robot|are you (?:a robot|human)|unusual (?:traffic|activity) from|press (?:&|and) hold",
    r"(?:enter|type) the (?:characters|letters|text|code).{0,20}(?:see|shown|image|picture)|solve .{0,20}captcha",
    r"(?:滑动|拖动|滑块|人机|安全|图形|点击).{0,8}验证|验证.{0,6}(?:滑块|真人|人机)|(?:输入|填写).{0,6}验证码|向右滑动",
    r"(?:я|вы|что).{0,6}не робот|введите.{0,20}(?:символ|код|текст).{0,20}(?:картин|изображени)"
    r"|подтверд\w{1,20}.{0,30}человек",
    r"(?:suis|êtes).{0,8}pas un robot|(?:prouv|confirm|vérifi)\w{1,20}.{0,30}(?:humain|robot)",
)
LOGIN_TITLE = _any_of(
    r"^\W*(?:please )?(?:log ?in|log ?on|sign ?in|subscribe to continue|authentication required|member login)"
    r"(?:\W*$|\s*(?:to\b.{0,60}$|[:>]))",
    r"^\W*(?:用户|会员|账号|帐号|统一身份|请先?)?(?:登录|登陆|身份认证)(?:系统|页面|平台)?\W*$",
    r"^\W*(?:вход|войти|авторизация|авторизуйтесь)(?:\W*$|\s+(?:в|на)\b.{0,60}$)",
    r"^\W*(?:connexion|se connecter|connectez-vous|identifiez-vous|identification|authentification)(?:\W*$"
    r"|\s+à\b.{0,60}$)",
)
LOGIN_WORDS = _any_of(
    r"you (?:have to|must|need to) (?:be logged|log|sign) ?in|(?:log|sign) ?in to (?:continue|view|read|access)",
    r"请先?登[录陆]|(?:необходимо|требуется|нужно) (?:войти|авторизоваться)|(?:войдите|авторизуйтесь),? чтобы",
    r"(?:connectez|identifiez)-vous pour|vous devez (?:être connecté|vous connecter)",
)
CONSENT_TITLE = _any_of(
    r"^\W*(?:before you continue|your privacy(?: choices)?\b|we (?:value|respect|care about) your privacy|privacy gate"
    r"|(?:cookie|privacy|consent|data protection)s? ?(?:consent|settings?|preferences?|notice|choices|wall"
    r"|options)?\W*$"
    r"|(?:manage|this (?:web)?site uses|we use|accept) cookies|we and our (?:\d+ )?partners)",
    r"^\W*(?:cookies?|隐私|cookie ?)(?:设置|声明|政策|提示|偏好)?\W*$|^\W*我们(?:使用|重视).{0,8}(?:cookie|隐私)",
    r"^\W*(?:мы используем|настройки|согласие на|использование).{0,25}(?:cookie|куки|персональных данных)",
    r"^\W*(?:vos choix|votre (?:vie privée|consentement)|gérer (?:les|vos|mes) cookies|nous (?:respectons"
    r"|utilisons)\b.{0,25}"
    r"(?:vie privée|cookies)|avant de continuer|paramètres des cookies|continuer sans accepter)",
    r"^\W*(?:wir (?:verwenden|respektieren)|datenschutz-?einstellungen|cookie-?einstellungen|bevor sie)",
)
CONSENT_TALK = _any_of(
    r"cookies?\b|\bconsent\b|personal data|personali[sz]ed (?:ad|content)|our (?:\d+ )?partners|privacy "
    r"(?:policy|choice|setting)",
    r"隐私(?:政策|设置)|个人(?:信息|数据)|куки|файл\w{0,20} cookie|персональн\w{1,20} данн|données (?:à caractère "
    r")?personnel|vos choix",
    r"nos (?:\d+ )?partenaires|einwilligung|datenschutz|personenbezogen",
)
CONSENT_CONTROL = _any_of(
    r"\b(?:accept|agree|allow|reject|decline|consent|refuse)\b|接受|同意|拒绝|приня|соглас|отклон|accepte"
    r"|refuse|akzeptier|zustimm|ablehn"
)
MEMBER_TALK = _any_of(
    r"\b(?:account|password|log ?in|sign ?in|subscri\w{1,20}|register|registration|member(?:ship)?)\b|账号|密码"
    r"|注册|会员|аккаунт"
    r"|пароль|зарегистр|подписк|compte|mot de passe|s[’']inscrire|abonn"
)
ERROR_NUMBER = (
    r"(?:(?:http|error|erreur|ошибка|错误)\s*)*(?:40[34]|410)\s*(?:$|错误|页面|[-–—|:!.,]|(?:error|not|page"
    r"|file|forbidden|gone|erreur"
    r"|ошибка|страниц)\b|страниц)"
)
NOT_FOUND = (
    (
        r"(?:page|file|content|article|resource|document|url|link|address|story)\b.{0,60}(?:not (?:be )?found"
        r"|(?:can[’']?t|cannot) be found"
        r"|(?:doesn[’']?t|does not|do not|no longer) (?:seem to )?exists?|(?:no longer|not|isn[’']?t|currently un) "
        r"?available"
        r"|(?:has been|was|been) (?:removed|deleted|moved)|is missing)"
    ),
    (
        r"(?:not|couldn[’']?t|can[’']?t|cannot|unable to) (?:found|find|locate) .{0,20}(?:page|file|content"
        r"|article|document)"
    ),
    (
        r"(?:页面|网页|内容|文章|信息|资源|链接|栏目|文件|新闻).{0,16}(?:不存在|找不到|未找到|没有找到|没找到"
        r"|无法找到|已删除|被删除|已失效|丢失|不见了)"
        r"|(?:找不到|未找到|没有找到|无法找到).{0,10}(?:页面?|网页|内容|文章|信息|资源)"
    ),
    (
        r"(?:страниц|документ|материал|раздел|файл|запис|новост)\w{0,20}.{0,50}(?:не (?:был[аои]? )?найден|не "
        r"существует|удал[её]н|отсутствует"
        r"|не доступн|недоступн)|(?:нет так(?:ой|ого)|не найден\w{0,20}|такой) (?:страниц|документ|материал|раздел)"
    ),
    (
        r"(?:page|contenu|document|article|ressource|adresse)\b.{0,60}(?:introuvable|n[’']existe (?:pas|plus)|non "
        r"trouvée?|inexistante?"
        r"|n[’'](?:a pas|est plus|est pas) .{0,16}(?:trouvée?|disponible|accessible)|a été (?:supprimée?|déplacée?))"
    ),
)
ERROR_TITLE = _any_of(
    rf"^\W*{ERROR_NUMBER}",
    r"^\W*(?:(?:oops|sorry|oups|désolé|抱歉|很抱歉|对不起|увы|извините|к сожалению)\W+)?(?:the |this |that "
    r"|your |la |le |cette |ce "
    rf"|您\w{{0,6}}的?|запрашиваемая )?(?:requested |вами )?(?:{'|'.join(NOT_FOUND)})",
    r"^\W*(?:not found|object moved|page you are looking for|nothing (?:was )?found)\b.{0,40}$|(?<!\d)404\W*$",
)
ERROR_WORDS = _any_of(*NOT_FOUND, r"\b(?:error|erreur|ошибка) ?404\b|404 ?(?:not found|error|错误)")
