"""Pages that stand in place of an article, worded as the services and systems word them that send them."""

from __future__ import annotations

import pytest

from perilune.verdicts import verdict_on_page

CHALLENGES = {
    "cloudflare": (
        "<!DOCTYPE html><html lang='en-US'><head><title>Just a moment...</title></head><body><div class='main-wrapper'>"
        "<noscript><span id='challenge-error-text'>Enable JavaScript and cookies to continue</span></noscript></div>"
        "<script>(function(){window._cf_chl_opt={cvId:'3',cZone:'www.agency.example'};}());</script></body></html>"
    ),
    "cloudflare-worded": (
        "<html><head><title>www.agency.example</title></head><body><h1>www.agency.example</h1><p>Verifying "
        "you are human."
        " This may take a few seconds.</p><p>www.agency.example needs to review the security of your connection before"
        " proceeding.</p><footer>Ray ID: 7d1f0a Performance &amp; security by Cloudflare</footer></body></html>"
    ),
    "cloudflare-block": (
        "<html><head><title>Attention Required! | Cloudflare</title></head><body><h1>Sorry, you have been blocked</h1>"
        "<h2>You are unable to access agency.example</h2><h2>Why have I been blocked?</h2><p>This website is using a "
        "security service to protect itself from online attacks. The action you just performed triggered the security "
        "solution. There are several actions that could trigger this block including submitting a certain word or "
        "phrase, a SQL command or malformed data.</p><h2>What can I do to resolve this?</h2><p>You can email the site "
        "owner to let them know you were blocked.</p></body></html>"
    ),
    "akamai": (
        "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have permission "
        "to access "
        '"http://www.agency.example/news" on this server.<P>Reference #18.2d351ab8.1557333295.a4e16ab</BODY></HTML>'
    ),
    "incapsula": (
        "<html><head><META NAME='robots' CONTENT='noindex'></head><iframe src='/_Incapsula_Resource?CWUDNSAI=5' "
        "frameborder=0>Request unsuccessful. Incapsula incident ID: 877000310</iframe></html>"
    ),
    "sucuri": (
        "<html><title>You are being redirected...</title><noscript>Javascript is required. Please enable "
        "javascript before "
        "you are allowed to see this page.</noscript><script>var s={},u,c,U,r,i,l=0,a,e=eval,w=String.fromCharCode,"
        "sucuri_cloudproxy_js='',S='cz0iMnN1Y3VyIi';L=S.length;location.reload();</script></html>"
    ),
    "ddos-guard": (
        "<!DOCTYPE html><html><head><title>DDoS-Guard</title></head><body><h1>Checking your browser before accessing "
        "agency.example</h1><p>Please wait a few seconds. Once this check is complete, the website will open.</p>"
        "<script src='/.well-known/ddos-guard/js-challenge/index.js'></script></body></html>"
    ),
    "qrator": (
        "<html><head><script src='/__qrator/qauth_utm_v2.js'></script></head><body onload='qauth_handle_validate()'>"
        "</body></html>"
    ),
    "russian-check": (
        "<html><head><title>Проверка браузера</title></head><body><p>Подождите, мы проверяем ваш браузер. Это займёт "
        "несколько секунд.</p></body></html>"
    ),
    "russian-provider": (
        "<html><head><title>Доступ ограничен</title></head><body><p>Доступ к информационному ресурсу "
        "ограничен на основании "
        "федерального закона.</p></body></html>"
    ),
    "ddos-guard-bare": "<!DOCTYPE html><html><head><title>DDOS-GUARD</title></head><body></body></html>",
    "jiasule-521": (
        "<script>document.cookie=('_')+('_')+('j')+('s')+('l')+('_clearance_s=')+(-~[]+'')+('7|-1|x');"
        "location.href=location.pathname+location.search</script>"
    ),
    "unknown-cookie-script": (
        "<html><body><script>var _0x3f2a=['cookie'];document['cookie']='t='+_0x3f2a.length;location.reload();</script>"
        "</body></html>"
    ),
    "aliyun-cookie": "<html><script>var arg1='7';document.cookie='acw_sc__v2='+arg1;location.reload()</script></html>",
    "aliyun-block": (
        "<html><head><title>405</title></head><body><img "
        "src='//errors.aliyun.com/images/x.png'><p>很抱歉，由于您访问的URL有可能"
        "对网站造成安全威胁，您的访问被阻断。</p></body></html>"
    ),
    "chuangyudun": (
        "<html><head><title>创宇盾</title></head><body><h1>当前访问疑似黑客攻击，"
        "已被创宇盾拦截</h1><p>如果您是网站管理员，请点击这里"
        "查看详情。</p></body></html>"
    ),
    "baidu-check": "<html><title>安全检查</title><p>正在检查您的浏览器，请稍候，验证通过后将自动跳转。</p></html>",
    "f5": (
        "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please "
        "consult with your "
        "administrator.<br><br>Your support ID is: 1234567890</body></html>"
    ),
}
CAPTCHAS = {
    "datadome": (
        "<html lang='en'><head><title>agency.example</title></head><body><p id='cmsg'>Please enable JS and "
        "disable any ad "
        "blocker</p><script>var dd={'rt':'c','host':'geo.captcha-delivery.com'}</script></body></html>"
    ),
    "perimeterx": (
        "<html><head><title>Access to this page has been denied</title></head><body><h1>Press &amp; Hold to "
        "confirm you are "
        "a human (and not a bot).</h1><div id='px-captcha'></div></body></html>"
    ),
    "aliyun-slider": (
        "<html><head><title>滑动验证页面</title></head><body><p>别离开，为了更好的访问体验，请进行验证，"
        "通过后即可继续访问网页</p>"
        "<div id='nocaptcha'></div></body></html>"
    ),
    "tencent": (
        "<html><head><title>安全验证</title></head><body><p>为了您的账号安全，请完成人机验证后继续访问</p>"
        "<script src='https://turing.captcha.qcloud.com/TCaptcha.js'></script></body></html>"
    ),
    "plain-picture": (
        "<html><title>访问验证</title><form><p>您的访问过于频繁，请输入验证码后继续</p><img "
        "src='/code.jpg'><input name='code'></form></html>"
    ),
    "yandex": (
        "<html><head><title>Вы не робот?</title></head><body><h1>Подтвердите, что запросы отправляли вы, а не "
        "робот</h1>"
        "<form action='/showcaptcha'><input type='submit' value='Я не робот'></form></body></html>"
    ),
    "french": (
        "<html><head><title>Vérification</title></head><body><p>Veuillez confirmer que vous n’êtes pas un robot.</p>"
        "<div class='h-captcha'></div></body></html>"
    ),
}
LOGINS = {
    "with-benefits": (
        "<html><head><title>Sign in - The Space Weekly</title></head><body><h1>Sign in to continue "
        "reading</h1><p>Subscribers"
        " get access to all our reporting, to the archive since 1999 and to the weekly letter of our editors. "
        "An account "
        "is free for thirty days, and you can cancel your subscription at any time by mail or in your "
        "account.</p><form>"
        "<input name='mail'><input type='password'></form><p>Forgot your password? We will send you a link "
        "with which you "
        "can choose a new password. If you have no account yet, register here with your mail address.</p></body></html>"
    ),
    "chinese": "<html><title>统一身份认证平台</title><h1>用户登录</h1><form><input><input type=password></form></html>",
    "russian": "<html><title>Авторизация | Портал</title><form><input><input type='password'></form></html>",
    "notice": "<html><title>Forum</title><p>Sorry, you have to be <a href='/in'>logged in</a> to read this</p></html>",
    "chinese-notice": "<html><title>提示信息</title><p>您无权查看，<a href='/login'>请先登录</a></p></html>",
    "french": "<html><title>Connexion</title><h1>Se connecter</h1><form><input type='password'></form></html>",
}
CONSENTS = {
    "google": (
        "<html><head><title>Before you continue to Search</title></head><body><h1>Before you "
        "continue</h1><p>We use cookies "
        "and data to deliver and maintain services, track outages and protect against spam, fraud and "
        "abuse.</p><p>If you "
        "choose to accept all, we will also use cookies and data to develop and improve new services, to deliver and "
        "measure the effectiveness of ads and to show personalised content, depending on your settings.</p><p>If you "
        "choose to reject all, we will not use cookies for these additional purposes. Personalised content and ads can "
        "be based on those things and on more relevant results, by your consent.</p><form><button>Reject all</button>"
        "<button>Accept all</button></form></body></html>"
    ),
    "french": (
        "<html><head><title>Vos choix concernant les cookies</title></head><body><h1>Votre vie "
        "privée</h1><p>Avec votre accord, "
        "nos 412 partenaires et nous utilisons des cookies pour stocker et accéder à des données personnelles "
        "comme votre "
        "visite sur ce site. Vous pouvez retirer votre consentement à tout moment.</p><button>Tout accepter</button>"
        "<button>Continuer sans accepter</button></body></html>"
    ),
    "german-gate": (
        "<html><head><title>Privacy Gate</title></head><body><h1>Wir verwenden Cookies</h1><p>Mit Ihrer "
        "Einwilligung verwenden "
        "wir und unsere Partner Cookies, um personenbezogene Daten zu verarbeiten und Anzeigen auszuspielen.</p>"
        "<button>Alle akzeptieren</button></body></html>"
    ),
}
SOFT_ERRORS = {
    "english": "<title>ESA - Oops! That page can’t be found</title><h1>Oops! That page can&rsquo;t be found.</h1>",
    "english-number": "<title>Error 404 | Agency</title><h1>We are sorry</h1><p>Something went wrong.</p>",
    "english-text-only": "<title>Agency</title><p>The page you requested could not be found or has been removed.</p>",
    "english-with-news": (
        "<title>Page not found</title><h1>Page not found</h1><ul>"
        + "".join(
            f"<li><a href='/{n}'>The agency and its partner signed an agreement on joint missions to the Moon "
            f"and beyond, "
            f"number {n}</a></li>"
            for n in range(20)
        )
        + "</ul>"
    ),
    "chinese": "<title>国家航天局</title><div>抱歉，您访问的页面不存在或已被删除！<a href='/'>返回首页</a></div>",
    "chinese-content": "<title>提示信息</title><p>您要查看的文章已被删除或尚未通过审核</p>",
    "russian": "<title>Роскосмос</title><h1>Ошибка 404</h1><p>К сожалению, запрашиваемая вами страница не найдена.</p>",
    "russian-material": "<title>Новости</title><p>Запрошенный материал удалён или ещё не опубликован.</p>",
    "french": "<title>CNES</title><h1>Oups ! Cette page n’existe plus</h1><p>Revenez à l’accueil.</p>",
    "french-content": "<title>Erreur 404</title><p>Le contenu que vous cherchez est introuvable.</p>",
}
KINDS = {
    "challenge page": CHALLENGES,
    "captcha": CAPTCHAS,
    "login wall": LOGINS,
    "consent wall": CONSENTS,
    "not found page sent with status 200": SOFT_ERRORS,
}
GATES = [(reason, name, page) for reason, pages in KINDS.items() for name, page in pages.items()]
BRIEF = "<p>The agency and its partner signed an agreement on a joint mission in Vienna today.</p>"
BANNER = (
    "<div class='banner'><h2>We value your privacy</h2><p>We and our 200 partners use cookies to store and "
    "access personal "
    "data for personalised ads and content. You can accept or reject this, or withdraw your consent at any time.</p>"
    "<button>Accept all</button></div>"
)
BRIEFS = {
    "consent-banner": f"<title>Agencies agree | Agency</title><h1>Agencies agree on a mission</h1>{BRIEF}{BANNER}",
    "login-box": (
        f"<title>Agencies agree | Agency</title><h1>Agencies agree on a mission</h1>{BRIEF}<h2>Login</h2><form>"
        "<input type='password'></form>"
    ),
    "comment-captcha": (
        f"<title>Agencies agree | Agency</title><article><h1>Agencies agree on a mission</h1>{BRIEF}</article>"
        "<div class='g-recaptcha'></div><p>Confirm that you are not a robot to comment.</p>"
    ),
    "number-410": f"<title>410 km orbit reached | Agency</title><h1>410 km orbit reached</h1>{BRIEF}",
    "number-404": f"<title>404 satellites in a year</title><h1>404 satellites in a year</h1>{BRIEF}",
    "cookie-script": (
        f"<title>Agencies agree</title><h1>Agencies agree on a mission</h1>{BRIEF * 4}<script>document.cookie='seen=1';"
        "if(location.hash)location.reload()</script>"
    ),
    "login-to-comment": (
        f"<title>Agencies agree | Agency</title><h1>Agencies agree on a mission</h1>{BRIEF}{BRIEF}"
        "<p>You must be <a href='/login'>logged in</a> to post a comment.</p>"
    ),
    "chinese-brief": (
        "<title>两国签署航天合作协议</title><h1>两国签署航天合作协议</h1><p>两国航天机构今日在维也纳签署协议，"
        "将共同开展月球探测。</p>"
        "<div>登录 | 注册</div><form><input type='password'></form>"
    ),
}


@pytest.mark.parametrize(("reason", "name", "page"), GATES, ids=[f"{reason}-{name}" for reason, name, _ in GATES])
def test_what_stands_in_place_of_an_article_is_named(reason: str, name: str, page: str) -> None:
    del name
    assert verdict_on_page(200, "text/html; charset=utf-8", page.encode()) == reason


@pytest.mark.parametrize(
    ("page", "charset"),
    [
        (CAPTCHAS["aliyun-slider"], "gb18030"),
        (SOFT_ERRORS["chinese"], "gb18030"),
        (SOFT_ERRORS["russian"], "cp1251"),
        (CHALLENGES["russian-check"], "cp1251"),
        (CONSENTS["french"], "cp1252"),
    ],
)
def test_they_are_known_in_the_charset_of_their_site(page: str, charset: str) -> None:
    body = page.encode(charset)
    assert verdict_on_page(200, "text/html", body) == verdict_on_page(200, "text/html; charset=utf-8", page.encode())


@pytest.mark.parametrize("name", BRIEFS)
def test_a_brief_beside_banners_and_forms_is_an_article(name: str) -> None:
    assert verdict_on_page(200, "text/html; charset=utf-8", BRIEFS[name].encode()) is None


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_challenge_is_known_by_itself_when_its_status_is_an_error_too(name: str) -> None:
    assert verdict_on_page(403, "text/html; charset=utf-8", CHALLENGES[name].encode()) == "challenge page"
