"""Threats that no other file names: programs in model files, paths, entities, escapes; and docs/security.md's table."""

from __future__ import annotations

import ast
import importlib.metadata
import pickle
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy.orm import Session, sessionmaker

from crawler.discovery.values import Discovery
from crawler.export import feeds_in_opml
from crawler.sitemaps import SitemapProblem, content_of_sitemap
from crawler.source_file import SLUG
from models.page_store import PageStore, PageStoreProblem
from models.search import Hit, SnippetPart
from perilune.logs import configure_logging
from perilune.onboarding import FoundSource, PreviewItem, free_slug, print_found
from perilune.output import print_rows, waiting
from perilune.reading import print_article, print_hits
from perilune.trying import print_lines
from pipeline.extraction.extract import FetchedPage, extract
from pipeline.grounding.entailment import EntailmentProblem, load_entailment
from pipeline.values import Extracted
from tests.crawl_bench import FEED, ITEM, TEXT
from tests.people import a_visitor, an_archive
from tests.test_command_line import perilune

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "security.md"
PRODUCT = ("crawler", "pipeline", "models", "digest", "web", "perilune")
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
MODULES = [
    path for part in PRODUCT for path in sorted((ROOT / part).rglob("*.py")) if "migrations/versions" not in str(path)
]


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = NAMED_TEST.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert len(named) > 40
    missing = [f"{file}::{test}" for file, test in named if not _has_test(ROOT / file, test)]
    assert missing == []


def _has_test(file: Path, test: str) -> bool:
    return file.is_file() and (not test or f"def {test}(" in file.read_text(encoding="utf-8"))


def test_every_threat_of_the_threat_model_names_a_test() -> None:
    tables = re.findall(r"^\| threat .*\n\| --- .*\n((?:\|.*\n)+)", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    threats = [row for table in tables for row in table.splitlines()]
    assert len(threats) > 30
    assert [row for row in threats if not NAMED_TEST.search(row.split("|")[3])] == []


PICKLES = {"pickle", "cPickle", "dill", "joblib", "cloudpickle", "shelve", "marshal"}
RUNS = {"eval", "exec", "system", "popen", "read_pickle", "pipeline"}
"""Functions that run, or read, what may be a program, by whatever module's name they are called."""
LOADS = {"tomllib": "load", "json": "load", "meaning": "load"}
RISKY = re.compile(rf"{'|'.join(PICKLES)}|from_pretrained|shell|\b(?:hub|load|{'|'.join(RUNS)})\(")
PARTS = re.compile(r"\w*(?:Config|Tokenizer)$")


def test_nothing_that_could_run_a_program_is_loaded() -> None:
    wrong = [f"{path.relative_to(ROOT)}: {what}" for path in MODULES for what in _risks_in(path.read_text("utf-8"))]
    assert wrong == []


@pytest.mark.parametrize(
    "line",
    [
        "transformers.AutoModel.from_pretrained(x)",
        "AutoModel.from_pretrained(x, **FOREIGN_PARTS)",
        "transformers.AutoTokenizer.from_pretrained(x)",
        "kind.from_pretrained(x, trust_remote_code=True, **FOREIGN_WEIGHTS)",
        "numpy.load(p)",
        "pandas.read_pickle(p)",
        "yaml.load(p)",
        "os.popen(p)",
        "subprocess.run(p, shell=True)",
        "transformers.pipeline(p)",
        "torch.hub.load(p)",
        "eval(p)",
        "import joblib",
    ],
)
def test_what_could_run_a_program_would_be_found(line: str) -> None:
    assert _risks_in(line) != []


def _risks_in(text: str) -> list[str]:
    if not RISKY.search(text):  # most files: to parse them all takes long
        return []
    return [found for node in ast.walk(ast.parse(text)) if (found := _risk_of(node))]


def _risk_of(node: ast.AST) -> str:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return ast.unparse(node) if PICKLES & set(re.findall(r"\w+", ast.unparse(node))) else ""
    if not isinstance(node, ast.Call):
        return ""
    said = {each.arg or ast.unparse(each.value): ast.unparse(each.value) for each in node.keywords}
    *before, name = ast.unparse(node.func).split(".")
    of = before[-1] if before else ""
    is_foreign = name == "from_pretrained" and (
        "trust_remote_code" in said or ("FOREIGN_PARTS" if PARTS.match(of) else "FOREIGN_WEIGHTS") not in said
    )
    is_loaded = name == "load" and LOADS.get(of) != name and said.get("allow_pickle") != "False"
    is_run = name in RUNS and bool(node.args)  # a network's eval() has no arguments
    return ast.unparse(node) if is_foreign or is_loaded or is_run or said.get("shell") == "True" else ""


class Trap:
    """An object whose pickle makes a file when it is read."""

    def __init__(self, sprung: Path) -> None:
        self.sprung = sprung

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.sprung,)


@pytest.mark.long
def test_a_model_that_brings_a_program_is_refused_and_its_program_does_not_run(tmp_path: Path) -> None:
    from tests.test_grounding import _tiny_nli

    sprung = tmp_path / "sprung"
    pickled = _tiny_nli(tmp_path / "pickled", ["entailment"])
    (pickled / "model.safetensors").unlink()
    (pickled / "pytorch_model.bin").write_bytes(pickle.dumps(Trap(sprung)))
    coded = _tiny_nli(tmp_path / "coded", ["entailment"])
    config = coded / "config.json"
    named = '{"auto_map": {"AutoConfig": "trap.Config"}, "model_type": "trap",'
    config.write_text(config.read_text().replace("{", named, 1).replace('"model_type": "bert"', '"was": "bert"'))
    (coded / "trap.py").write_text(f"import pathlib\npathlib.Path({str(sprung)!r}).touch()\n")
    for folder in (pickled, coded):
        with pytest.raises(EntailmentProblem, match="cannot be loaded"):
            load_entailment(str(folder), tmp_path)
    assert not sprung.exists()


def test_every_dependency_is_locked_by_its_hash() -> None:
    for name in ("lock.txt", "dev.txt"):
        entries = re.split(r"\n(?=\S)", (ROOT / "requirements" / name).read_text(encoding="utf-8"))
        packages = [entry for entry in entries if re.match(r"[A-Za-z0-9]", entry)]
        assert len(packages) > 10
        assert [entry.split()[0] for entry in packages if "--hash=sha256:" not in entry or "==" not in entry] == []


def test_no_dependency_of_the_product_is_under_a_licence_that_ours_cannot_meet() -> None:
    lock = (ROOT / "requirements" / "lock.txt").read_text(encoding="utf-8")
    wrong = []
    for name in sorted(set(re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==", lock, re.MULTILINE))):
        try:
            facts = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:  # of another platform or Python
            continue
        licence = " ".join([*(facts.get_all("License-Expression") or []), *(facts.get_all("Classifier") or [])])
        is_shared_alike = "AGPL" in licence or "Affero" in licence or "General Public License" in licence
        is_gpl = is_shared_alike or re.search(r"\bGPL-", licence)
        if is_gpl and not re.search(r"Lesser|LGPL|MPL|Mozilla", licence):
            wrong.append(f"{name}: {licence}")
    assert wrong == []


PATHS = (
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%2f..%2fpyproject.toml",
    "/static//etc/passwd",
    "/article/..%2f..%2fetc%2fpasswd/v1/page",
    "/sources/..%2f..%2fpyproject",
    "/issues/..%5c..%5cpyproject/pdf",
)


@pytest.mark.databases("sqlite")
def test_no_path_leads_out_of_what_is_served(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    visitor = a_visitor(an_archive(tmp_path, sessions), client=("127.0.0.1", 50_000))
    for path in PATHS:
        answer = visitor.get(path)
        assert answer.status_code in {400, 404, 422}, path
        assert "root:" not in answer.text
        assert "[project]" not in answer.text


@pytest.mark.databases("sqlite")
def test_no_name_leads_out_of_a_folder(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    for name in ("../../x", "a/b", "..", ".", "/etc/passwd", "a\\b", "a.py", "a\0", "ä"):
        assert not SLUG.fullmatch(name)
    with sessions() as session:
        for address in ("https://../../x", "https://月球/..", "https://a.example/../b/%2e%2e/c.py", "https://..%2f/"):
            assert SLUG.fullmatch(free_slug(session, address)), address
    secret = tmp_path / "secret.zst"
    secret.write_bytes(b"secret")
    for content_hash in ("../../secret", "/secret", "..", "", "%2e%2e/secret"):
        with pytest.raises(PageStoreProblem):
            PageStore(str(tmp_path / "pages")).read(content_hash)


def test_no_entity_is_expanded_or_fetched_in_a_sitemap_or_an_opml_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("https://a.example/SECRET")
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE x [<!ENTITY f SYSTEM "{secret.as_uri()}"><!ENTITY e0 "https://a.example/HA">{laughs}]>'
    for entity in ("&f;", "&e9;"):
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        body = f'{head}<urlset xmlns="{space}"><url><loc>{entity}</loc></url></urlset>'.encode()
        try:
            links = content_of_sitemap(body, "https://a.example/sitemap.xml").links
        except SitemapProblem:
            links = ()
        assert all("SECRET" not in link.url and len(link.url) < 200 for link in links)
        opml = f'{head}<opml><body><outline type="rss" text="{entity}" xmlUrl="http://b.example/"/></body></opml>'
        try:
            feeds = feeds_in_opml(opml.encode())
        except ValueError:
            feeds = []
        assert all("SECRET" not in feed.name and len(feed.name) < 200 for feed in feeds)


ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\x1b]52;c;ZXZpbA==\x07 \u202emoc.elpmaxe\rperilune: all is well\nlevel=error"


def test_no_text_of_a_page_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from structlog import get_logger

    print_rows([{"title": ESCAPES}], as_json=False, empty="")
    print_rows([{"title": ESCAPES}], as_json=True, empty="")
    configure_logging("info")
    try:
        get_logger().warning("page left out", title=ESCAPES)
    finally:
        configure_logging("warning")
    shown = capsys.readouterr()
    for sign in ("\x1b", "\x07", "\x9b", "\r"):
        assert sign not in shown.out + shown.err
    assert len(shown.err.splitlines()) == 1


HOSTILE = "[/bold] [red]Agencies \x1b[2J sign\x9b \u202eoc.elpmaxe"
SIGNS = ("\x1b", "\x9b", "\u202e")


def test_no_title_or_passage_steers_what_shows_articles_and_sources(capsys: pytest.CaptureFixture[str]) -> None:
    parts = (SnippetPart(HOSTILE, is_hit=True), SnippetPart(HOSTILE, is_hit=False))
    hit = Hit(1, "k", HOSTILE, HOSTILE, HOSTILE, "a", None, None, None, None, (), (), None, 0, parts, None)
    print_hits([hit])
    article: dict[str, object] = {"title": HOSTILE, "url": HOSTILE, "published": None, "source": "a", "facts": []}
    article |= {"relevance": "high", "relevance_because": [HOSTILE], "reads_like": [HOSTILE], "topics": []}
    article |= {"corrected": [], "passages": [{"text": HOSTILE, "page": None}]}
    print_article(article)
    found = FoundSource(Discovery(HOSTILE, HOSTILE, None, ""), (), None)
    print_found(replace(found, items=(PreviewItem(HOSTILE, None, None, text=HOSTILE),)))
    with waiting(HOSTILE, is_shown=True):
        print_lines([{"title": HOSTILE}], as_json=False)
    shown = capsys.readouterr()
    assert shown.out.count("[red]Agencies \\u001b[2J sign\\u009b \\u202eoc.elpmaxe") >= 10
    assert [sign for sign in SIGNS if sign in shown.out + shown.err] == []


def test_a_source_is_added_whatever_its_page_is_called(httpserver: HTTPServer, tmp_path: Path) -> None:
    written = HOSTILE.replace("\x1b", "&#27;").replace("\x9b", "").replace("\u202e", "&#8238;")
    feed = FEED.format(items="".join(ITEM.format(n=n, url=httpserver.url_for(f"/news/{n}")) for n in range(3)))
    httpserver.expect_request("/robots.txt").respond_with_data("")
    httpserver.expect_request("/feed").respond_with_data(feed, content_type="application/rss+xml")
    head = f"<title>{written}</title><link rel=alternate type=application/rss+xml href=/feed>"
    httpserver.expect_request("/").respond_with_data(
        f"<html><head>{head}</head><body>{TEXT}</body></html>", content_type="text/html"
    )
    settings = {"home": str(tmp_path), "download_delay": "0", "allow_networks": f"localhost:{httpserver.port}"}
    added = perilune("sources", "new", httpserver.url_for("/"), **settings)
    assert added.returncode == 0, added.stderr
    assert "[/bold] [red]Agencies" in added.stdout
    assert [sign for sign in SIGNS if sign in added.stdout + added.stderr] == []


def test_what_is_extracted_holds_no_sign_that_steers_and_keeps_those_of_other_scripts() -> None:
    kept = "\u200fabc\u200e"
    words = f"The agencies&#27;[2J signed&#7; a memorandum\u009d on &#x202e;exploration\u2066 of the Moon {kept}."
    body = f"<html><head><title>{words}</title></head><body><h1>{words}</h1><p>{TEXT} {words}</p></body></html>"
    article = extract(FetchedPage(body.encode(), "https://agency.example/1"))
    assert isinstance(article, Extracted)
    for text in (article.title, *(passage.text for passage in article.passages)):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert kept in article.text
    assert article.passages[-1].end == len(article.text)
