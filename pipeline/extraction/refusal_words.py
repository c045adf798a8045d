"""The words, addresses and names of markup by which lists of pages, players and empty shells are told."""

from __future__ import annotations

import re

LIST_CLASSES = frozenset(
    {"archive", "category", "tag", "author", "search", "search-results", "blog", "date", "tax-category"}
    | {"post-type-archive", "archive-page", "page-list", "list-page", "view-list", "path-search", "path-taxonomy"}
)
LIST_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage", "Blog", "ItemList"})
LIST_ADDRESS = re.compile(
    r"/tags?/|/categor(?:y|ies|ie)/|/authors?/|/search\b|/archives?/?(?:\?|$)|/page/\d+|/rubri(?:c|que)s?\b"
    r"|/(?:index|list|default|node)(?:_?\d+)?\.(?:s?html?|aspx?|php|jsp)\?*$"
    r"|[?&](?:s|q|page|p|paged|start|offset|PAGEN_\d+)="
    r"|/(?:news|press(?:-releases?|room)?|actualit(?:e|é)s?|novosti|events?|media|blog|xwdt|articles"
    r"|publications)/?\?*$",
    re.IGNORECASE,
)
ARTICLE_ADDRESS = re.compile(
    r"/t?\d{8}_\d+\.|/(?:19|20)\d\d/\d\d?/(?:\d\d?/)?[^/]{8,}"
    r"|/[^/]*(?:-[^/-]+){4,}/?$|(?:article|content|art)[_-]?\d{4,}",
    re.IGNORECASE,
)
LIST_TITLE = re.compile(
    r"^\W*(?:(?:all|latest|recent|our|the|20\d\d)\s+)?(?:news|newsroom|press(?: releases?| room| statements?)?"
    r"|archives?|blog"
    r"|events?|publications?|articles?|statements?|speeches"
    r"|updates?|announcements?|documents?|media|home|videos?|reports?"
    r"|site ?map|search(?: results?)?|results?)\b(?:\W+(?:and|&|archives?|releases?|events?|list|all|news|media"
    r"|room|for)\b)*"
    r"\W*(?:\d{4})?$"
    r"|^(?:tags?|categor(?:y|ies)|authors?|topics?|search results?|posts (?:by|tagged)|archives?|archive for"
    r"|page)\s*[:|«\"“]"
    r"|(?:^|\W)(?:archives?|page \d+(?: of \d+)?)\W*$"
    r"|^\W*(?:все\s+)?(?:новости|пресс-релизы|архив|публикации|события|анонсы|лента|статьи|документы"
    r"|карта сайта|результаты"
    r"|поиск|рубрика|метка|теги?|автор|пресс-центр)\b(?:\s+\w+){0,2}\W*(?:\d{4})?$|^(?:рубрика|метка|тег|автор)\W"
    r"|^\W*(?:toutes? (?:les? |l')?)?(?:actualit[eé]s?|communiqu[eé]s?(?: de presse)?|nouvelles|articles"
    r"|publications|agenda"
    r"|plan du site|recherche|résultats|presse|salle de presse|archives|étiquette|mot-cl[eé]|catégorie|auteur)\b"
    r"(?:\s+\w+){0,2}\W*(?:\d{4})?$|^(?:étiquette|mot-cl[eé]|catégorie|auteur|rubrique)\W"
    r"|^[\u3400-\u9fff]{0,4}(?:新闻|动态|要闻|公告|通知|资讯|快讯|报道|列表|专题|栏目|首页|搜索|标签|分类|归档"
    r"|公开|活动|信息|文件|白皮书|报告|政策)"
    r"(?:中心|与报告|公告|列表|动态|结果|发布|导航|报道|目录|首页)?$|网站地图",
    re.IGNORECASE,
)
NEXT_PAGE = re.compile(
    r"\W*(?:next(?: page)?|older(?: posts| entries)?|older|下一页|下页|下一頁|尾页|末页|след(?:ующая"
    r"|ующие)?\.?(?: страница)?"
    r"|вперед|вперёд|(?:page )?suivante?s?|load more|show more|показать ещ[её]|加载更多)\W*",
    re.IGNORECASE,
)
PAGER_CLASS = re.compile(
    r"(?:^|[-_\s])(?:pagination|pager|paginator|paging|page-?numbers|pagenav\w*|pagebar|pages?-?list|navi-?page"
    r"|pagelist)"
    r"(?:$|[-_\s])",
    re.IGNORECASE,
)
PLAYER = re.compile(
    r"youtube(?:-nocookie)?\.com/embed|player\.|/player|vimeo\.com|dailymotion\.com|rutube\.ru|bilibili\.com"
    r"|v\.qq\.com"
    r"|youku\.com|vk\.com/video|brightcove|jwplayer|\.mp4|\.m3u8|\.webm|video",
    re.IGNORECASE,
)
SCRIPT_NEEDED = re.compile(
    r"(?:enable|need|requires?|turn on|without|activate|active[rz]|activé|включит\w*|включен\w*|启用|开启|需要)"
    r".{0,40}java ?script|java ?script.{0,60}(?:disabled|required|enabled|needed|désactivé|activé|отключ\w+"
    r"|включ\w+|выключ\w+|禁用|启用)"
    r"|^\W*(?:loading|please wait|chargement|загрузка|加载中|正在加载)\W*$",
    re.IGNORECASE | re.DOTALL,
)
