"""The words of made pages in four languages, in two sets that share none: one for tuning, one held out."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What the sentences and menus of one language are made of."""

    language: str
    who: tuple[str, ...]
    did: tuple[str, ...]
    what: tuple[str, ...]
    where: tuple[str, ...]
    sections: tuple[str, ...]
    more: str
    following: str
    joint: str = " "
    stop: str = "."

    def title(self, chance: random.Random) -> str:
        """Make the title of an article."""
        return self.joint.join(chance.choice(each) for each in (self.who, self.did, self.what))

    def sentence(self, chance: random.Random) -> str:
        """Make a sentence."""
        return f"{self.title(chance)}{self.joint}{chance.choice(self.where)}{self.stop}"

    def prose(self, chance: random.Random, count: int) -> str:
        """Make a paragraph of so many sentences."""
        return ("" if self.joint == "" else " ").join(self.sentence(chance) for _ in range(count))


TUNING = (
    Words(
        "en",
        ("The agency", "A joint committee", "The research council", "An industrial consortium", "The ministry"),
        ("signed", "reviewed", "approved", "postponed", "announced"),
        ("an agreement on lunar science", "the plan for a weather satellite", "a workshop on debris", "a data portal"),
        (
            "in the capital on Tuesday",
            "after two years of talks",
            "with partners of six countries",
            "at the spring session",
        ),
        ("News", "Press releases", "Latest news", "Announcements"),
        "Read more",
        "Next",
    ),
    Words(
        "zh",
        ("国家航天局", "中法联合委员会", "空间科学研究院", "国际合作司"),
        ("签署", "审议", "批准", "发布"),
        ("月球探测合作协议", "气象卫星发展规划", "空间碎片研讨会通知", "遥感数据共享办法"),
        ("并与六国代表举行了会谈", "会议持续了三天", "有关工作将于明年完成", "双方对结果表示满意"),
        ("新闻动态", "通知公告", "工作动态", "要闻"),
        "查看详情",
        "下一页",
        "",
        "。",
    ),
    Words(
        "ru",
        ("Агентство", "Совместная комиссия", "Научный совет", "Министерство"),
        ("одобрило соглашение", "рассмотрело план", "объявило конкурс", "представило доклад"),
        ("по изучению Луны", "о метеорологическом спутнике", "на исследования космического мусора", "о навигации"),
        (
            "во вторник в столице",
            "после двух лет переговоров",
            "вместе с партнёрами из шести стран",
            "на весенней сессии",
        ),
        ("Новости", "Пресс-релизы", "Анонсы", "События"),
        "Подробнее",
        "Следующая",
    ),
    Words(
        "fr",
        ("L'agence", "Un comité mixte", "Le conseil scientifique", "Le ministère"),
        ("a signé", "a examiné", "a approuvé", "a annoncé"),
        ("un accord sur la science lunaire", "le projet de satellite météo", "un atelier sur les débris", "un portail"),
        ("mardi dans la capitale", "après deux ans de discussions", "avec des partenaires de six pays", "au printemps"),
        ("Actualités", "Communiqués de presse", "Publications", "Agenda"),
        "Lire la suite",
        "Page suivante",
    ),
)
HELD_OUT = (
    Words(
        "en",
        (
            "Engineers",
            "Delegates from nine states",
            "A panel of astronomers",
            "The launch operator",
            "Two universities",
        ),
        ("welcomed", "completed", "rejected", "published", "demonstrated"),
        ("new rules for radio frequencies", "the second stage test", "a draft treaty", "results from the solar probe"),
        ("during the autumn meeting", "despite heavy rain", "as first reported by officials", "near the northern port"),
        ("Newsroom", "Media releases", "Statements", "Events"),
        "Continue reading",
        "Older posts",
    ),
    Words(
        "zh",
        ("商业火箭公司", "天文台科研团队", "外交部发言人", "欧洲代表团"),
        ("完成", "介绍", "回应", "启动"),
        ("二级发动机试车", "太阳探测器最新成果", "外空条约谈判进展", "频率协调工作"),
        ("结果好于预期", "相关论文已在期刊发表", "各方将继续保持沟通", "项目为期五年"),
        ("科研动态", "媒体报道", "活动", "政策文件"),
        "[详细]",
        "下页",
        "",
        "。",
    ),
    Words(
        "ru",
        ("Инженеры", "Делегаты девяти стран", "Группа астрономов", "Два университета"),
        ("завершили испытания", "приветствовали проект", "опубликовали результаты", "показали образец"),
        ("второй ступени ракеты", "договора о частотах", "наблюдений солнечного зонда", "малого аппарата"),
        ("несмотря на дождь", "во время осенней встречи", "как сообщили официальные лица", "у северного порта"),
        ("Лента", "Публикации", "Статьи", "Новости института"),
        "Читать далее",
        "след.",
    ),
    Words(
        "fr",
        ("Les ingénieurs", "Les délégués de neuf États", "Un groupe d'astronomes", "Deux universités"),
        ("ont salué", "ont achevé", "ont publié", "ont présenté"),
        ("les règles des fréquences", "l'essai du second étage", "un projet de traité", "les mesures de la sonde"),
        ("lors de la réunion d'automne", "malgré la pluie", "selon des responsables", "près du port du nord"),
        ("Nouvelles", "Salle de presse", "Articles", "Toutes les actualités"),
        "En savoir plus",
        "Suivant",
    ),
)
