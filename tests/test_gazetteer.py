"""The gazetteer finds actors and countries in four languages, and nothing that only looks like one."""

from pathlib import Path

import pytest

from pipeline.understanding.actor_files import ACTOR_KINDS, ACTORS_FOLDER, actors_as_files, load_actors
from pipeline.understanding.countries import countries_in
from pipeline.understanding.gazetteer import Gazetteer, expansion_before, inflected, names_of
from pipeline.values import Actor, Span

ACTORS = load_actors()
GAZETTEER = Gazetteer(ACTORS)


def slugs_in(text: str) -> list[str]:
    return [slug for slug, _, _ in GAZETTEER.spans(text)]


def codes_in(text: str, language: str | None) -> list[str]:
    return [mention.code for mention in countries_in(text, language)]


def actor(slug: str, *names: str, country: str | None = None, ambiguous: dict[str, list[str]] | None = None) -> Actor:
    return Actor(slug, names[0], "agency", country, {"en": names}, ambiguous or {})


def test_the_shipped_gazetteer_is_large_and_covers_every_kind_and_script() -> None:
    assert len(ACTORS) >= 600
    assert {one.kind for one in ACTORS} == ACTOR_KINDS
    for language, least in {"zh": 600, "ru": 500, "fr": 400}.items():
        assert sum(bool(one.names.get(language)) for one in ACTORS) >= least
    assert {one.country for one in ACTORS} >= {"CN", "RU", "US", "GB", "FR", "BR", "ZA", "AE", "AU", "UN", "EU-ESA"}


def test_every_shipped_actor_cites_a_page() -> None:
    assert [one.slug for one in ACTORS if one.cited is None] == []


def test_each_actor_is_found_by_its_own_name_beside_its_context() -> None:
    contexts = {one.slug: " ".join(_words_for(one, one.name)) for one in ACTORS}
    assert [one.slug for one in ACTORS if one.slug not in slugs_in(f"{one.name} – {contexts[one.slug]}")] == []


def _words_for(one: Actor, name: str) -> list[str]:
    return [word for word in one.ambiguous.get(name, ()) if not word.startswith("-")]


def test_every_name_that_needs_no_context_is_found_as_its_actor() -> None:
    plain = [(one.slug, name) for one in ACTORS for name in names_of(one) if not _words_for(one, name)]
    assert [(slug, name) for slug, name in plain if GAZETTEER.spans(name) != [(slug, 0, len(name))]] == []


def test_files_are_written_as_they_are_shipped() -> None:
    written = actors_as_files(ACTORS)
    assert written == {path.name: path.read_text(encoding="utf-8") for path in ACTORS_FOLDER.glob("*.toml")}


def test_exported_actors_are_read_back_unchanged(tmp_path: Path) -> None:
    strange = Actor(
        "a-1",
        'Agency "A"',
        "agency",
        None,
        {"en": ['Say "A"', "back\\slash"], "zh": ["《甲》"]},
        {'Say "A"': ["x y", "-z"]},
        cited="https://a.example/",
    )
    for name, text in actors_as_files([strange]).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    [read] = load_actors(tmp_path)
    assert (read.slug, read.name, read.cited, read.country) == (strange.slug, strange.name, strange.cited, None)
    assert {key: list(value) for key, value in read.names.items()} == strange.names
    assert {key: list(value) for key, value in read.ambiguous.items()} == strange.ambiguous


def test_traditional_characters_are_read_as_simplified_ones() -> None:
    text = "「希望」號火星探測器；關於登記射入外層空間物體的公約；聯合國和平利用外層空間委員會；俄羅斯國家航天集團"
    assert slugs_in(text) == ["hope-probe", "registration-convention", "copuos", "roscosmos"]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("CAS will build the payload with Chinese universities.", "cas"),
        ("ESA will fly the instrument to the Moon.", "esa"),
        ("ESA (the European Space Agency) and JAXA (Japanese Aerospace Exploration Agency)", "jaxa"),
        ("КНКА (Китайская национальная космическая администрация)", "cnsa"),
        ("The crew of the ISS returned from orbit.", "iss"),
        ("Le CNES et la NASA lancent un satellite.", "cnes"),
        ("МКС: космонавты вышли в открытый космос", "iss"),
        ("РАН и Роскосмос подписали соглашение об институте", "ras"),
        ("ЕКА и Роскосмос обсудили миссию", "esa"),
        ("意大利航天局ASI与CNES签署协议", "asi"),
        ("The ILRS will be built at the lunar south pole by China and Russia.", "ilrs"),
        ("KARI will fly a Korean instrument.", "kari"),
        ("The Italian delegation of ASI came to Beijing.", "asi"),
        ("DLR in Köln trains the crew.", "dlr"),
        ("The Saudi delegation and SSA signed.", "ssa-saudi"),
        ("The Dragon Programme of ESA and the Ministry of Science and Technology (MOST)", "most-china"),
        ("ISA and NASA will fly an Israeli satellite.", "israel-space-agency"),
        ("CSA and JAXA astronauts", "csa-canada"),
    ],
)
def test_an_ambiguous_abbreviation_is_the_actor_beside_its_words(text: str, slug: str) -> None:
    assert slug in slugs_in(text)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("The Court of Arbitration for Sport (CAS) in Lausanne heard the Chinese swimmer; CAS ruled.", "cas"),
        ("CAS Registry Number 7440-57-5, a pigment made in China", "cas"),
        ("The Chinese pilot read 250 knots CAS, calibrated airspeed.", "cas"),
        ("国际体育仲裁法庭（CAS）对中国运动员作出裁决", "cas"),
        ("Le Tribunal arbitral du sport (TAS, en anglais CAS) juge une nageuse chinoise.", "cas"),
        ("Спортивный арбитраж CAS отклонил апелляцию китайской пловчихи", "cas"),
        ("ISS (Institute for Security Studies) writes on space.", "iss"),
        ("ЕКА (единая кадровая ассоциация) приняла космонавта", "esa"),
        ("The Endangered Species Act (ESA) protects the owl. ESA listings grow.", "esa"),
        ("The Entertainment Software Association said that the ESA runs E3.", "esa"),
        ("根据美国《濒危物种法》（ESA）", "esa"),
        ("L'École supérieure d'art (ESA) ouvre ses portes. L'ESA recrute.", "esa"),
        ("The Institute for Security Studies (ISS) in Pretoria wrote on space for peace.", "iss"),
        ("Analysts of Institutional Shareholder Services, ISS, advise on office space.", "iss"),
        ("El Centro Nacional de Estudios Sociales publica; CNES prepara otra.", "cnes"),
        ("ДОСТАВКА В БИБЛИОТЕКУ: ЧИТАТЕКА, АПТЕКА", "esa"),
        ("ЛЕЧЕНИЕ РАН И ОЖОГОВ", "ras"),
        ("The International Laser Ranging Service (ILRS) met in Riga.", "ilrs"),
        ("The International Seabed Authority (ISA) met; an Israeli delegate spoke.", "israel-space-agency"),
        ("The Archaeological Survey of India (ASI) hosted Italian experts.", "asi"),
        ("Passengers of the Docklands Light Railway, DLR, were late.", "dlr"),
        ("The Canadian Standards Association (CSA) certifies lamps for NASA.", "csa-canada"),
        ("Kenya Agricultural Research Institute (KARI) and Korea", "kari"),
        ("The Social Security Administration (SSA) pays a Saudi pensioner.", "ssa-saudi"),
        ("THE MOST IMPORTANT THING", "most-china"),
        ("Космическая съёмка: РОС не хватило", "ros"),
    ],
)
def test_an_ambiguous_abbreviation_of_somebody_else_is_no_actor(text: str, slug: str) -> None:
    assert slug not in slugs_in(text)


@pytest.mark.parametrize(
    ("before", "abbreviation", "expansion"),
    [
        ("heard by the Court of Arbitration for Sport ", "CAS", "court of arbitration for sport"),
        ("Международная космическая станция ", "МКС", "международная космическая станция"),
        ("the weather was fine ", "CAS", None),
        ("Agency. For the sake ", "AFS", None),
    ],
)
def test_an_expansion_is_read_backwards_from_its_bracket(before: str, abbreviation: str, expansion: str | None) -> None:
    assert expansion_before(before, abbreviation) == expansion


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CNSA = China National Space Administration", ["cnsa", "cnsa"]),
        ("中国国家航天局与欧空局ESA合作", ["cnsa", "esa", "esa"]),
        ("國家航天局公布嫦娥六號任務", ["cnsa", "change-6"]),
        ("美国国家航空航天局", ["nasa"]),
        ("南非国家航天局局长", ["sansa"]),
        ("Глава Роскосмоса встретился с Роскосмосом", ["roscosmos", "roscosmos"]),
        ("КНКА и ЕКА", ["cnsa", "esa"]),
        ("на Международной космической станции", ["iss"]),
        ("Управлением Организации Объединённых Наций по вопросам космического пространства", ["unoosa"]),
        ("Китайским национальным космическим управлением", ["cnsa"]),
        ("l’ESA, l’Agence Spatiale Européenne et l'agence spatiale europeenne", ["esa", "esa", "esa"]),
        ("Chang’e-4, Chang´e-4, Chang'e 4, CHANG'E-4, Change-4 and Chang'e4", ["change-4"] * 6),
        ("the outer space treaty and OUTER SPACE TREATY", ["outer-space-treaty"] * 2),
        ("NASA-led, NASA's, non-NASA", ["nasa"] * 3),
        ("National Space\nScience Center of the Chinese Academy of Sciences", ["nssc", "cas"]),
        ("Artemis Accords", ["artemis-accords"]),
        ("NASA는 우주항공청과", ["nasa", "kasa"]),
    ],
)
def test_actors_are_found_in_the_forms_in_which_they_are_written(text: str, expected: list[str]) -> None:
    assert slugs_in(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a gateway to the city",
        "the Gateway Arch",
        "nasal spray, NASAL SPRAY",
        "thesauri and ESAU",
        "change 4 lightbulbs",
        "Chang'e-40",
        "keep a smile, SMILE please",
        "роскосмосовский",
        "посох и рос куст",
        "CSA approval of lamps",
        "the GEO of the satellite",
        "ITAR-TASS reports from Moscow",
        "THE MISSION TO MARS",
    ],
)
def test_what_only_looks_like_an_actor_is_not_one(text: str) -> None:
    assert slugs_in(text) == []


def test_an_ambiguous_name_goes_to_the_actor_whose_context_stands_in_the_text() -> None:
    assert slugs_in("CSA and NASA train a Canadian astronaut") == ["csa-canada", "nasa"]
    assert slugs_in("The Chinese Society of Astronautics (CSA)") == ["csa-china", "csa-china"]


def test_an_ambiguous_name_counts_once_the_full_name_of_its_actor_is_given() -> None:
    gazetteer = Gazetteer([actor("isa", "Imaginary Space Agency", "ISA", ambiguous={"ISA": ["Imaginaria"]})])
    assert gazetteer.mentions("ISA bus") == ()
    assert gazetteer.mentions("ISA is the Imaginary Space Agency")[0].count == 2


def test_mentions_count_and_say_where_the_first_stands() -> None:
    text = "Les accords : l’ESA, le CNES et l’ESA."
    mentions = {mention.slug: mention for mention in GAZETTEER.mentions(text)}
    assert list(mentions) == ["esa", "cnes"]
    assert mentions["esa"].count == 2
    assert text[mentions["esa"].first.start : mentions["esa"].first.end] == "ESA"


def test_places_are_code_points_of_the_original_text() -> None:
    text = "İstanbul 🚀 Ёлка — Roscosmos"
    assert GAZETTEER.spans(text) == [("roscosmos", text.index("Roscosmos"), len(text))]


def test_a_gazetteer_without_actors_finds_nothing() -> None:
    assert Gazetteer([]).mentions("NASA") == ()


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("роскосмос", "роскосмосом"),
        ("управление", "управлением"),
        ("организация", "организацией"),
        ("китайское", "китайского"),
    ],
)
def test_russian_words_match_in_their_cases(word: str, form: str) -> None:
    gazetteer = Gazetteer([actor("one", word)])
    assert gazetteer.spans(form) == [("one", 0, len(form))]
    assert inflected("ООН") == "оон"


GOOD = 'slug = "a"\nname = "Agency A"\nkind = "agency"\nnames = {}\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOOD + 'contry = "CN"', r"bad\.toml, actor 'a': unknown key 'contry'; did you mean 'country'"),
        (GOOD + 'country = "XX"', "country 'XX'"),
        (GOOD + 'country = "uk"', "country 'uk'"),
        (GOOD + "country = 5", "'country' must be a text"),
        (GOOD + 'wikidata = "42262"', "wikidata '42262' is no identifier"),
        (GOOD + 'cited = "home page"', "cited 'home page' is no web address"),
        (GOOD + 'ambiguous = { B = ["b"] }', r"ambiguous \['B'\] is no name of it"),
        (GOOD.replace('"a"', '"A b"'), "slug 'A b' must be lower-case"),
        (GOOD.replace("names = {}", 'names = { english = ["A"] }'), "no language"),
        (GOOD.replace("names = {}", 'names = { en = [" "] }'), "a name is empty"),
        (GOOD + 'ambiguous = { A = "b" }', r"'ambiguous\.A' must be a list"),
        (GOOD.replace("agency", "agancy"), "kind 'agancy'"),
        (GOOD.replace('name = "Agency A"\n', ""), "key 'name' is missing"),
        (GOOD + "\n[[actor]]\n" + GOOD, "slug 'a' is used twice"),
        (GOOD + "\n[[actor]]\n" + GOOD.replace('"a"', '"b"'), "'Agency A' is also a name of 'a'"),
        (GOOD + "[other]\n", "unknown key 'other'"),
        ("slug = ", r"bad\.toml"),
    ],
)
def test_a_bad_actor_file_is_an_error_that_names_file_and_key(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "bad.toml").write_text(f"[[actor]]\n{content}", encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_actors(tmp_path)


def test_actors_load_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(f'[[actor]]\n{GOOD}country = "EU-ESA"', encoding="utf-8")
    assert [one.slug for one in load_actors(tmp_path)] == ["a"]
    assert load_actors(ACTORS_FOLDER) == ACTORS


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Sino-UK and China-UK ties, U.S.-China talks, the US and the UAE", "en", ["CN", "GB", "US", "AE"]),
        ("российско-китайское сотрудничество, с Китаем, в КНР и США", "ru", ["RU", "CN", "US"]),
        ("Россией, Объединённых Арабских Эмиратов, Соединённых Штатах, ЮАР", "ru", ["RU", "AE", "US", "ZA"]),
        ("индийско-французский проект в Египте", "ru", ["IN", "FR", "EG"]),
        ("中英航天合作，中俄双方，俄美磋商", "zh", ["CN", "GB", "RU", "US"]),
        ("中巴资源卫星是巴西和中国的卫星", "zh", ["CN", "BR"]),
        ("中巴友谊，巴基斯坦航天员", "zh", ["CN", "PK"]),
        ("第三屆中阿北斗論壇，毛里塔尼亞、巴勒斯坦代表", "zh", ["CN", "MR", "PS"]),
        ("la coopération franco-chinoise avec les ÉTATS-UNIS et l’Inde", "fr", ["FR", "CN", "US", "IN"]),
        ("des satellites russes et japonais en Côte d'Ivoire", "fr", ["RU", "JP", "CI"]),
        ("EE.UU. y China; la agencia mexicana con Perú", "es", ["US", "CN", "MX", "PE"]),
        ("Rusya ve Çin", "tr", ["RU", "CN"]),
        ("भारत और चीन", "hi", ["IN", "CN"]),
        ("Bosnia and Herzegovina, Saint Lucia, Ivory Coast, Burma", "en", ["BA", "LC", "CI", "MM"]),
        ("the UN and the European Union", "en", ["UN", "EU-ESA"]),
        ("ООН и Евросоюз", "ru", ["UN", "EU-ESA"]),
        ("Equatorial Guinea and Papua New Guinea", "en", ["GQ", "PG"]),
        ("South Korea, North Korea, South Sudan", "en", ["KR", "KP", "SS"]),
        ("Великобритании и Северной Ирландии", "ru", ["GB"]),
        ("coopération franco-chinoise; cooperación con México", None, ["FR", "CN", "MX"]),
    ],
)
def test_countries_are_found_by_name_adjective_and_compound(
    text: str, language: str | None, expected: list[str]
) -> None:
    assert codes_in(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Atlanta, Georgia; Georgia Tech; the University of Georgia", "en"),
        ("Michael Jordan met Chad Smith and ate turkey", "en"),
        ("launched from French Guiana over the Indian Ocean towards New Mexico", "en"),
        ("CONTACT US. It cost US$5. Latin American states", "en"),
        ("the china shop and polish for us", "en"),
        ("近日印发，空中美景，内蒙古，印度洋，沿海地区，马里兰州", "zh"),
        ("中美洲与南美洲", "zh"),
        ("Того же мнения; Индийского океана; в Латинской Америке", "ru"),
        ("l'océan Indien, l'Amérique latine et Maurice Durand", "fr"),
        ("no es grande sino pequeño; Mauricio en América Latina", "es"),
    ],
)
def test_what_only_looks_like_a_country_is_not_one(text: str, language: str) -> None:
    assert codes_in(text, language) == []


def test_a_chinese_pair_yields_to_the_country_that_follows() -> None:
    assert codes_in("其中美国和其中法国、其中俄罗斯", "zh") == ["US", "FR", "RU"]


def test_jordan_and_georgia_are_countries_where_nothing_speaks_against_it() -> None:
    assert codes_in("In Jordan, the Jordan Space Agency met delegates of Georgia and Chad.", "en") == ["JO", "GE", "TD"]


def test_a_country_mention_counts_all_forms_and_says_where_the_first_stands() -> None:
    [mention] = countries_in("Chinese rockets fly from China.", "en")
    assert (mention.code, mention.count, mention.first) == ("CN", 2, Span(0, 7))
