"""Papers to scan, written for this purpose: a title and paragraphs in each language, with names in Latin letters."""

_TEXTS = {
    "en": """
Framework for Joint Lunar Research

The parties recognise that the exploration of the Moon serves all humankind, and that no single agency can carry out
the whole programme alone. They therefore agree on the following principles of cooperation.

Scientific data shall be released to the public twelve months after the end of each mission. Earlier release is
encouraged wherever the instruments have been calibrated, and raw telemetry may be shared on request.

A joint committee of eight members meets twice a year, alternately in Beijing and in Geneva. It reviews the road
map, settles questions of intellectual property and reports to both ministries by 30 June.

CNSA provides the relay satellite and two seats in the ground segment; ESA contributes the spectrometer, the
tracking network and training for early-career engineers from developing countries.

Neither side charges fees for the use of its facilities. Travel and living costs are borne by the sending
institution, with the exception of fellowships awarded under the annex to this document.

This framework enters into force upon signature and remains valid for ten years. Either party may terminate it by
written notice of six months, without prejudice to projects that are already under way.
""",
    "fr": """
Cadre commun pour la recherche lunaire

Les parties reconnaissent que l'exploration de la Lune profite à toute l'humanité et qu'aucune agence ne saurait
mener seule l'ensemble du programme. Elles conviennent donc des principes de coopération suivants.

Les données scientifiques sont rendues publiques douze mois après la fin de chaque mission. Une publication plus
précoce est encouragée lorsque les instruments ont déjà été étalonnés.

Un comité mixte de huit membres se réunit deux fois par an, tour à tour à Pékin et à Genève. Il examine la feuille
de route, règle les questions de propriété intellectuelle et rend compte avant le 30 juin.

La CNSA fournit le satellite relais et deux places dans le segment sol ; l'ESA apporte le spectromètre, le réseau de
poursuite et la formation de jeunes ingénieurs venus de pays en développement.

Aucune des parties ne perçoit de redevance pour l'usage de ses installations. Les frais de voyage et de séjour sont
à la charge de l'établissement d'origine, sauf pour les bourses prévues en annexe.

Le présent cadre entre en vigueur dès sa signature et reste valable dix ans. Chaque partie peut y mettre fin par un
préavis écrit de six mois, sans préjudice des projets déjà engagés.
""",
    "ru": """
Основы совместных исследований Луны

Стороны признают, что исследование Луны служит всему человечеству и что ни одно агентство не может выполнить всю
программу в одиночку. Поэтому они договорились о следующих принципах сотрудничества.

Научные данные публикуются через двенадцать месяцев после завершения каждой миссии. Более ранняя публикация
приветствуется, если приборы уже прошли калибровку.

Совместный комитет из восьми членов собирается дважды в год, поочерёдно в Пекине и в Женеве. Он рассматривает
дорожную карту, решает вопросы интеллектуальной собственности и отчитывается до 30 июня.

CNSA предоставляет спутник-ретранслятор и два места в наземном сегменте; ESA поставляет спектрометр, сеть станций
слежения и обучает молодых инженеров из развивающихся стран.

Ни одна из сторон не взимает плату за пользование своими объектами. Расходы на проезд и проживание несёт
направляющая организация, кроме стипендий, предусмотренных приложением.

Настоящий документ вступает в силу с момента подписания и действует десять лет. Каждая сторона может прекратить его
действие, письменно уведомив другую за шесть месяцев.
""",
    "zh": """
月球联合研究合作框架

双方认为，探索月球符合全人类的共同利益，任何一个航天机构都无法独自完成整个计划。为此，双方商定以下合作原则。

科学数据在每次任务结束十二个月后向公众开放。如仪器已经完成定标，鼓励提前发布，原始遥测数据可按要求提供。

联合委员会由八名成员组成，每年举行两次会议，轮流在北京和日内瓦召开。委员会审议路线图，处理知识产权问题，并于六
月三十日前提交报告。

中国国家航天局（CNSA）提供中继卫星和地面段的两个席位；欧洲航天局（ESA）提供光谱仪和测控网络，并为发展中
国家的青年工程师提供培训。

任何一方均不对设施的使用收取费用。差旅和生活费用由派出单位承担，附件规定的奖学金除外。

本框架自签署之日起生效，有效期为十年。任何一方均可提前六个月书面通知对方终止本框架，但不影响正在执行的项目。
""",
}


def _paragraphs(text: str, gap: str) -> tuple[str, ...]:
    return tuple(gap.join(part.split("\n")) for part in text.strip().split("\n\n"))


PAPERS = {language: _paragraphs(text, "" if language == "zh" else " ") for language, text in _TEXTS.items()}
"""The title, then the paragraphs: the first half stands on the first page, the others on the second."""
