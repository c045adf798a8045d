"""How we crawl, as Scrapy settings: polite, bounded, honest about who asks."""

from crawler.rendering import rendering_settings
from perilune.config import Settings


def scrapy_settings(settings: Settings) -> dict[str, object]:
    """Give Scrapy's settings for ours: polite, bounded, honest about who asks."""
    return {
        "BOT_NAME": "perilune",
        "SPIDER_LOADER_CLASS": "crawler.loader.SourceSpiderLoader",
        "TWISTED_DNS_RESOLVER": "crawler.guard.CheckingResolver",
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("http", "https"), "crawler.guard.CheckedDownloads"),
            **dict.fromkeys(("file", "ftp", "s3", "data")),  # nothing else is asked
        },
        "USER_AGENT": f"Perilune/0.1 (+{settings.identity})",
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": "Perilune",
        "CONCURRENT_REQUESTS": 32,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
        "DOWNLOAD_DELAY": settings.download_delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": settings.download_delay > 0,
        "AUTOTHROTTLE_START_DELAY": settings.download_delay,
        "DOWNLOAD_TIMEOUT": settings.download_timeout,
        "DOWNLOAD_MAXSIZE": settings.max_document_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],  # 429 and 503 say when to come again
        "REDIRECT_MAX_TIMES": 6,
        "METAREFRESH_MAXDELAY": 11,  # what stands longer is there to be read
        "HTTPERROR_ALLOW_ALL": True,
        "HTTPPROXY_ENABLED": settings.proxy is not None,  # else the environment's, of which our guard knows nothing
        "COOKIES_ENABLED": False,
        "CONCURRENT_ITEMS": 1,  # Scrapy starts as many tasks for every answer; what our spiders yield is only queued
        "WARN_ON_GENERATOR_RETURN_VALUE": False,  # else it reads the source of every request's callback
        "DOWNLOADER_STATS": False,  # it writes out each request and answer once more to count their bytes
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOG_STDOUT": False,
        "EXTENSIONS": {
            "scrapy.extensions.memusage.MemoryUsage": None,
            "crawler.memory.CurrentMemory": 0,
            "crawler.politeness.HostGap": 900,  # behind AutoThrottle, which it bounds
        },
        "MEMUSAGE_LIMIT_MB": 2048,
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawler.politeness.RobotsRules": 100,
            "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
            "crawler.middleware.RefreshInHead": 575,
            "crawler.middleware.Rendering": 580,  # behind redirects and unpacking
            "crawler.middleware.ProxyFromSettings": 740,
        },
        **rendering_settings(settings),
        "PERILUNE_PROXY": settings.proxy,
        "PERILUNE_ALLOW_NETWORKS": settings.allow_networks,
        "PERILUNE_MAX_PAGE_BYTES": settings.max_page_bytes,
    }
