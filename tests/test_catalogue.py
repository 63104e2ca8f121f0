"""English has every text of the code, and nothing else.

A text is missing? ``make texts`` puts it into the catalogue and names it; write its English there, after ``msgstr``.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter

import pytest

from core.domain.errors import InvalidInput
from core.domain.lifecycle import State
from core.texts import LANGUAGES, _, current_language, explain, use_language
from core.texts.catalogue import (
    ENGLISH,
    ROOT,
    collect_texts,
    forms_of,
    load_translations,
    read_catalogue,
    text_of,
    update_catalogue,
)

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
#: Marks that mean something where the text is shown: bold, and the star of the guide's hint.
MARKS = re.compile(r"\*\*|^\*")

Speak = Callable[[str], None]


def english() -> dict[str, tuple[str, ...]]:
    """Every text of the catalogue and its translation: one form, or one for a single thing and one for several."""
    return {text_of(message): forms_of(message) for message in read_catalogue() if message.id}


def forms() -> list[tuple[str, str]]:
    """Every text with each form of its translation."""
    return [(text, said) for text, translation in english().items() for said in translation]


def placeholders(text: str) -> list[str]:
    return sorted(name for _text, name, _format, _conversion in Formatter().parse(text) if name is not None)


@pytest.fixture
def speaking() -> Iterator[Speak]:
    before = current_language()
    yield use_language
    use_language(before)


# --- the catalogue ---


def test_every_text_of_the_code_is_in_the_catalogue() -> None:
    known = english()
    missing = [f"{path}: {text}" for text, path in collect_texts().items() if text not in known]
    assert missing == [], "say `make texts`, then write their English into the catalogue"


def test_every_text_is_translated() -> None:
    assert [text for text, said in forms() if not said] == []


def test_nothing_in_the_catalogue_is_gone_from_the_code() -> None:
    assert sorted(set(english()) - set(collect_texts())) == [], "say `make texts`"
    assert not read_catalogue().obsolete


def test_nothing_is_a_guess() -> None:
    assert [message.id for message in read_catalogue() if message.fuzzy] == []


def test_english_has_no_chinese_in_it() -> None:
    assert [(text, said) for text, said in forms() if CHINESE.search(said)] == []


def test_english_has_plurals_and_one_word_for_the_money() -> None:
    """``line(s)`` is no English: give the message a ``msgid_plural`` and two ``msgstr``."""
    unwanted = re.compile(r"\w\(e?s\)|(?<!\{)\byuan\b|¥", re.IGNORECASE)
    assert [(text, said) for text, said in forms() if unwanted.search(said)] == []


def test_english_has_straight_quotes() -> None:
    """Curly ones come from the Chinese font, as wide as a character of it."""
    assert [(text, said) for text, said in forms() if re.search("[“”‘’]", said)] == []


def test_what_the_guide_says_of_a_material_does_not_contradict_what_its_reason_asks_for() -> None:
    """The guide calls every material 非必要, beside which stands what the chosen reason makes of it: 必需 or 建议."""
    told = ("材料必要性", "非必要", "要求", "必需")
    assert [english()[text] for text in told] == [
        ("Necessity",),
        ("Not mandatory",),
        ("For this reason",),
        ("Required",),
    ]


def test_placeholders_are_the_same() -> None:
    translated = [(text, said) for text, said in forms() if said]
    assert [(text, said) for text, said in translated if placeholders(text) != placeholders(said)] == []


def test_marks_are_the_same() -> None:
    assert [(text, said) for text, said in forms() if MARKS.findall(text) != MARKS.findall(said)] == []


def test_an_update_of_a_catalogue_in_step_changes_no_byte(tmp_path: Path) -> None:
    copy = tmp_path / "messages.po"
    copy.write_bytes(ENGLISH.read_bytes())

    update_catalogue(path=copy)

    assert copy.read_bytes() == ENGLISH.read_bytes()


# --- the language in force ---


def test_chinese_is_the_text_itself(speaking: Speak) -> None:
    speaking("zh")
    assert [text for text in collect_texts() if _(text) != text] == []


def test_english_comes_from_the_catalogue(speaking: Speak) -> None:
    speaking("en")
    assert [text for text, said in english().items() if all(said) and _(text) != said[-1]] == []
    assert _("退费工作台") == "Refund Desk"


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 months"), (1, "1 month"), (2, "2 months"), ("1", "1 month"), ("1,000", "1,000 months")]
)
def test_english_says_one_thing_and_several_things(speaking: Speak, count: object, said: str) -> None:
    speaking("en")
    assert _("共 {count} 个月份").format(count=count) == said
    assert explain(InvalidInput("共 {count} 个月份", count=count)) == said
    speaking("zh")
    assert _("共 {count} 个月份").format(count=count) == f"共 {count} 个月份"


def test_a_plural_is_chosen_by_the_first_number_of_the_english_text(speaking: Speak) -> None:
    speaking("en")
    said = _("{orders} 笔，合计 {total} 元：成功 {paid}，退票 {bounced}，待回盘 {sent}")
    assert said.format(orders=1, total="8.00", paid=0, bounced=0, sent=1).startswith("1 order, CNY 8.00")
    assert said.format(orders=2, total="8.00", paid=1, bounced=0, sent=1).startswith("2 orders, CNY 8.00")


def test_what_is_no_text_of_ours_stays_as_it_is(speaking: Speak) -> None:
    speaking("en")
    assert (_(""), _("京海示范机械有限公司")) == ("", "京海示范机械有限公司")


@pytest.mark.parametrize("unknown", ["", "fr", "../en"])
def test_an_unknown_language_is_chinese(speaking: Speak, unknown: str) -> None:
    speaking("en")
    speaking(unknown)
    assert current_language() == "zh"
    assert set(LANGUAGES) == {"zh", "en"}


def test_an_error_is_said_with_its_labels_in_the_language_in_force(speaking: Speak) -> None:
    error = InvalidInput("该批次当前状态为“{state}”，不能进行此操作，请刷新后查看最新进度", state=State.PAID.label)
    speaking("en")
    assert '"Paid"' in explain(error)
    speaking("zh")
    assert "“已支付”" in explain(error)


def test_without_a_catalogue_texts_are_shown_in_chinese(tmp_path: Path) -> None:
    assert load_translations(tmp_path / "messages.po").gettext("退费工作台") == "退费工作台"


# --- how texts are collected ---


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "core" / "web" / "templates").mkdir(parents=True)
    (tmp_path / "core" / "errors.py").write_text('LABEL = N_("姓名")\n', "utf-8")
    (tmp_path / "core" / "web" / "templates" / "login.html").write_text('<h1>{{ _("登录") }}</h1>', "utf-8")
    (tmp_path / "app.py").write_text(
        'st.title(f"**{_(\'提交\')}** {other(\'取消\')}" + _("第 {page} " "页"))\n', "utf-8"
    )
    return tmp_path


def test_texts_are_found_where_they_stand(code: Path) -> None:
    assert collect_texts(code) == {
        "提交": "app.py",
        "第 {page} 页": "app.py",
        "姓名": "core/errors.py",
        "登录": "core/web/templates/login.html",
    }


def test_an_update_adds_what_is_new_keeps_what_is_translated_and_drops_what_is_gone(code: Path) -> None:
    path = code / "messages.po"
    assert sorted(update_catalogue(code, path)) == ["姓名", "提交", "登录", "第 {page} 页"]
    path.write_text(
        path.read_text("utf-8").replace('msgid "登录"\nmsgstr ""', 'msgid "登录"\nmsgstr "Sign in"'), "utf-8"
    )
    (code / "app.py").write_text('_("退出登录")\n', "utf-8")

    assert sorted(update_catalogue(code, path)) == ["姓名", "退出登录"]
    assert [str(message.string) for message in read_catalogue(path) if message.id == "登录"] == ["Sign in"]
    assert "提交" not in path.read_text("utf-8")


def test_an_update_keeps_both_forms_of_a_plural(code: Path) -> None:
    path = code / "messages.po"
    (code / "app.py").write_text('_("共 {count} 页")\n', "utf-8")
    path.write_text(
        'msgid "共 {count} 页"\nmsgid_plural "共 {count} 页"\nmsgstr[0] "{count} page"\nmsgstr[1] ""\n', "utf-8"
    )

    assert "共 {count} 页" in update_catalogue(code, path)
    path.write_text(path.read_text("utf-8").replace('msgstr[1] ""', 'msgstr[1] "{count} pages"'), "utf-8")
    assert "共 {count} 页" not in update_catalogue(code, path)
    assert load_translations(path).ngettext("共 {count} 页", "", 1) == "{count} page"
    assert load_translations(path).ngettext("共 {count} 页", "", 2) == "{count} pages"


def test_no_template_has_chinese_outside_of_the_marks() -> None:
    marked = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
    for path in (ROOT / "core" / "web" / "templates").glob("*.html"):
        assert CHINESE.findall(marked.sub("", path.read_text("utf-8"))) == [], path.name
