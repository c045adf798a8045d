"""The settings module that scrapy.cfg names, so that `scrapy crawl <source>` works; an entry point of its own."""

import os

from crawler.policy import scrapy_settings
from perilune.config import settings_from

globals().update(scrapy_settings(settings_from(os.environ)))
