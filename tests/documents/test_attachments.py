"""What may come in as a paper, and the one sentence for each thing that may not."""

import io
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.actions import JavaScript
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from core.documents import pdf_check, picture_check
from core.documents.attachments import MAX_BYTES, NAME_LENGTH, check, display_name
from core.domain.errors import InvalidInput
from core.texts import explain

GREY = Image.linear_gradient("L")
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"


def pdf(
    *objects: bytes, catalog: bytes = CATALOG, pages: bytes = PAGES, trailer: bytes = b"", unlisted: bytes = b""
) -> bytes:
    """A PDF written by hand: one page, and more objects from number 4 on; ``unlisted`` stands in no table."""
    written, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate([catalog, pages, PAGE, *objects], start=1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    written += unlisted
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(offsets) + 1
    return b"%sxref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        written,
        size,
        table,
        size,
        trailer,
        len(written),
    )


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), entries, content)


def deflated(content: bytes, entries: bytes = b"") -> bytes:
    return stream(zlib.compress(content, 9), b"/Filter/FlateDecode" + entries)


def packed(*objects: bytes) -> bytes:
    """A PDF whose further objects hide in a compressed object stream, as current programs write them."""
    numbers = range(5, 5 + len(objects))
    index, body = "", b""
    for number, content in zip(numbers, objects, strict=True):
        index += f"{number} {len(body)} "
        body += content + b" "
    whole = pdf(deflated(index.encode() + body, b"/Type/ObjStm/N %d/First %d" % (len(objects), len(index))))
    start = whole.index(b"xref\n0")
    written, offsets = whole[:start], [whole.index(b"%d 0 obj" % number) for number in range(1, 5)]
    table = b"\0\0\0\0\0" + b"".join(b"\1%s\0" % offset.to_bytes(3, "big") for offset in offsets)
    table += b"".join(b"\2%s%s" % ((4).to_bytes(3, "big"), bytes([place])) for place in range(len(objects)))
    number = 5 + len(objects)
    table += b"\1%s\0" % start.to_bytes(3, "big")
    entries = b"/Type/XRef/W[1 3 1]/Size %d/Root 1 0 R" % (number + 1)
    return b"%s%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF" % (written, number, deflated(table, entries), start)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def written_by_pypdf(change: Callable[[PdfWriter], object]) -> bytes:
    writer, file = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=200, height=200)
    change(writer)
    writer.write(file)
    return file.getvalue()


class Crowd:
    """Counts how many are inside at once."""

    def __init__(self) -> None:
        self.inside = self.most = 0

    def __enter__(self) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)

    def __exit__(self, *_error: object) -> None:
        self.inside -= 1


def enlarged(drawing: bytes, side: int) -> bytes:
    """A PNG whose header promises far more pixels than it has."""
    header = b"IHDR" + side.to_bytes(4, "big") * 2 + drawing[24:29]
    return drawing[:12] + header + zlib.crc32(header).to_bytes(4, "big") + drawing[33:]


def many_scans(times: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: decoders draw each one over the whole picture."""
    whole = saved(GREY, "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * times + b"\xff\xd9"


def swapped(content: bytes, entry: bytes) -> bytes:
    """The table of objects with two entries in the wrong order; forgiving readers search the file for each."""
    start, length = content.index(entry), len(entry)
    first, second = content[start : start + length], content[start + length : start + 2 * length]
    return content[:start] + second + first + content[start + 2 * length :]


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("Main.class", b"\xca\xfe\xba\xbe")
    return file.getvalue()


def zip_inside(content: bytes) -> bytes:
    """A zip in a stream whose closing comment covers the rest of the PDF: readers of both kinds are content."""
    whole = pdf(stream(zipped()))
    end = whole.index(b"PK\x05\x06") + 20
    rest = whole[end + 2 :]
    return whole[:end] + len(rest).to_bytes(2, "little") + rest + content


def said_of(name: str, content: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        check(name, content)
    return explain(refused.value)


PHOTO = saved(GREY.convert("RGB"), "JPEG")
DRAWING = saved(GREY, "PNG")

# What passes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pdf(), id="plain"),
        pytest.param(pdf() + b"\r\n \x00", id="blanks after the end"),
        pytest.param(pdf(deflated(b"BT ET")), id="with a compressed stream"),
        pytest.param(packed(b"<</Title(a)>>", b"[1 2]"), id="with an object stream"),
        pytest.param(pdf(b"<</S/URI/URI(https://a.example/JS/AA/Launch)>>"), id="with an ordinary link"),
        pytest.param(written_by_pypdf(lambda writer: writer.add_metadata({"/Title": "离职证明"})), id="by pypdf"),
        pytest.param(saved(GREY.convert("RGB"), "PDF"), id="a scan"),
    ],
)
def test_a_pdf_that_passes_is_kept_byte_by_byte(content: bytes) -> None:
    checked = check("离职证明.PDF", content)

    assert (checked.content, checked.media_type, checked.extension) == (content, "application/pdf", "pdf")
    assert PdfReader(io.BytesIO(checked.content)).pages


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_a_png_of_every_mode_shows_the_same_after_it_was_drawn_anew(mode: str) -> None:
    picture = (
        GREY.convert("I").point(lambda value: value * 257).convert("I;16") if mode == "I;16" else GREY.convert(mode)
    )

    checked = check("截图.png", saved(picture, "PNG"))

    with Image.open(io.BytesIO(checked.content)) as kept:
        assert kept.size == GREY.size
        shades = [kept.convert("L").getpixel((128, row)) for row in (0, 255)]
    assert shades == [0, 255]
    assert checked.media_type == "image/png"


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_is_drawn_anew(mode: str) -> None:
    checked = check("照片.JPEG", saved(GREY.convert("RGB").convert(mode), "JPEG"))

    assert (checked.media_type, checked.extension) == ("image/jpeg", "jpg")
    assert checked.content.startswith(b"\xff\xd8\xff")


def test_place_device_and_remarks_of_a_photograph_are_not_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    content = saved(GREY.convert("RGB"), "JPEG", exif=exif, comment=b"SecretRemark")

    checked = check("a.jpg", content)

    assert b"SecretPhone" in content
    assert b"Secret" not in checked.content


def test_remarks_in_a_png_are_not_kept() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "SecretRemark")

    assert b"Secret" not in check("a.png", saved(GREY, "PNG", pnginfo=notes)).content


def test_a_photograph_taken_sideways_is_kept_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = saved(Image.new("RGB", (40, 20)), "JPEG", exif=exif)

    with Image.open(io.BytesIO(check("a.jpg", content).content)) as kept:
        assert kept.size == (20, 40)


def test_what_was_hidden_under_a_transparent_area_is_gone() -> None:
    content = saved(Image.new("RGBA", (4, 4), (255, 0, 0, 0)), "PNG")

    with Image.open(io.BytesIO(check("a.png", content).content)) as kept:
        assert kept.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_bytes_after_a_picture_are_not_kept() -> None:
    assert b"<script>" not in check("a.jpg", PHOTO + b"<script>alert(1)</script>").content


def test_a_photograph_in_some_scans_passes() -> None:
    assert check("a.jpg", many_scans(5)).media_type == "image/jpeg"


def test_the_same_picture_gives_the_same_digest() -> None:
    assert check("a.jpg", PHOTO).sha256 == check("b.jpg", PHOTO).sha256


# What doesn't ----------------------------------------------------------------------------------------------------------

SHORT = "文件不完整"
DAMAGED = "PDF 文件已损坏"
ACTIVE = "PDF 中含有脚本、自动动作或内嵌文件"
OTHER = "内容却是"
HOSTILE = {
    "nothing at all": ("a.pdf", b"", "0 字节"),
    "twelve megabytes": ("a.pdf", pdf() + b" " * (12 * 1024 * 1024), "文件大小为 12.0 MB，超过单个文件 10 MB 的上限"),
    "one byte too many": ("a.pdf", pdf().ljust(MAX_BYTES + 1), "超过单个文件 10 MB"),
    "a program": ("a.exe", b"MZ\x90\0", "只接受 PDF、JPG、PNG"),
    "no ending": ("说明", pdf(), "只接受 PDF、JPG、PNG"),
    "a page of the web": ("a.html", b"<html>", "只接受 PDF、JPG、PNG"),
    "two endings": ("a.pdf.exe", pdf(), "只接受 PDF、JPG、PNG"),
    "a renamed program": ("a.pdf", b"MZ\x90\0" + b"\0" * 60 + b"PE\0\0", "内容却是 EXE"),
    "nothing known": ("a.pdf", b"\0\1\2\3" * 20, "文件扩展名是 PDF，内容却不是，"),
    "a page called picture": ("a.png", b"<html><script>1</script>", "内容却是 HTML"),
    "a PNG called JPG": ("a.jpg", DRAWING, "内容却是 PNG"),
    "a PDF called PNG": ("a.png", pdf(), "内容却是 PDF"),
    "a header that comes late": ("a.pdf", b"GIF89a\n" + pdf(), OTHER),
    "a header only": ("a.pdf", b"%PDF-1.7\n%%EOF", DAMAGED),
    "another version": ("a.pdf", pdf().replace(b"%PDF-1.7", b"%PDF-9.9"), DAMAGED),
    "cut off": ("a.pdf", pdf()[:-40], SHORT),
    "cut off and closed": ("a.pdf", pdf()[:120] + b"\n%%EOF", DAMAGED),
    "something after the end": ("a.pdf", pdf() + b"<script>1</script>", SHORT),
    "a zip after the end": ("a.pdf", pdf() + zipped(), "夹带了另一种格式"),
    "a zip within": ("a.pdf", zip_inside(b""), "夹带了另一种格式"),
    "a zip after a picture": ("a.jpg", PHOTO + zipped(), "夹带了另一种格式"),
    "a PDF after a picture": ("a.png", DRAWING + pdf(), "夹带了另一种格式"),
    "a table of objects that lies": ("a.pdf", swapped(pdf(), b"0000000009 00000 n \n"), DAMAGED),
    "an object that is missing": ("a.pdf", pdf().replace(b"/Root 1 0 R", b"/Root 7 0 R"), DAMAGED),
    "no pages": ("a.pdf", pdf(pages=b"<</Type/Pages/Kids[]/Count 0>>"), DAMAGED),
    "brackets without end": ("a.pdf", pdf(b"[" * 100_000 + b"]" * 100_000), DAMAGED),
    "an encrypted one": ("a.pdf", written_by_pypdf(lambda writer: writer.encrypt("secret")), "已加密"),
    "one with a permission password": (
        "a.pdf",
        written_by_pypdf(lambda writer: writer.encrypt("", owner_password="secret")),
        "已加密",
    ),
    "encrypted in a way unknown here": (
        "a.pdf",
        pdf(trailer=b"/Encrypt<</Filter/Standard/V 5/R 6/Length 256/P -4/O(x)/U(y)/OE(x)/UE(y)/Perms(z)>>/ID[(a)(b)]"),
        "已加密",
    ),
    "a bomb in a bomb": (
        "a.pdf",
        pdf(stream(zlib.compress(zlib.compress(b"\0" * 9999)), b"/Filter[/FlateDecode /FlateDecode]")),
        "解压后的内容过大",
    ),
    "a bomb of objects": ("a.pdf", packed(b"<</Title(%s)>>" % (b" " * 5_000_000)), DAMAGED),
    "half a photograph": ("a.jpg", PHOTO[: len(PHOTO) // 2], "图片已损坏"),
    "half a drawing": ("a.png", DRAWING[: len(DRAWING) // 2], "图片已损坏"),
    "a picture's beginning": ("a.png", DRAWING[:20], "图片已损坏"),
    "far too many pixels": ("a.png", enlarged(DRAWING, 20_000), "20000×20000 像素"),
    "more memory than one picture may take": (
        "a.png",
        enlarged(saved(Image.new("RGBA", (4, 4)), "PNG"), 8_000),
        "8000×8000 像素",
    ),
    "hundreds of scans": ("a.jpg", many_scans(200), "图片已损坏"),
    "a film": (
        "a.png",
        saved(Image.new("L", (4, 4)), "PNG", save_all=True, append_images=[Image.new("L", (4, 4), 255)]),
        "动态图片",
    ),
    "a drawing without pixels": ("a.png", DRAWING.replace(b"IDAT", b"zTXt", 1), "图片已损坏"),
}


@pytest.mark.parametrize(("name", "content", "said"), HOSTILE.values(), ids=HOSTILE.keys())
def test_is_refused(name: str, content: bytes, said: str) -> None:
    assert said in said_of(name, content)


@pytest.mark.parametrize(("name", "content", "said"), HOSTILE.values(), ids=HOSTILE.keys())
def test_says_it_in_one_sentence(name: str, content: bytes, said: str) -> None:
    sentence = said_of(name, content)

    assert "请" in sentence, "what to do"
    assert not {"。", "\n", "{", "}"} & set(sentence)


@pytest.mark.parametrize(
    ("picture", "kind", "options", "each"),
    [
        (GREY, "PNG", {}, 2),
        (GREY.convert("RGB"), "PNG", {}, 8),
        (GREY.convert("RGB"), "JPEG", {}, 8),
        (GREY.convert("RGB"), "JPEG", {"progressive": True}, 14),
        (GREY.convert("CMYK"), "JPEG", {}, 8),
        (GREY.convert("P"), "PNG", {}, 10),
        (GREY.convert("RGBA"), "PNG", {}, 9),
        (GREY.convert("LA"), "PNG", {}, 13),
        (GREY.convert("I").convert("I;16"), "PNG", {}, 13),
    ],
    ids=[
        "grey",
        "colour",
        "a photograph",
        "a progressive one",
        "four inks",
        "palette",
        "glass",
        "grey glass",
        "16 bits",
    ],
)
def test_pictures_are_limited_by_the_memory_that_they_take(
    monkeypatch: pytest.MonkeyPatch, picture: Image.Image, kind: str, options: dict[str, object], each: int
) -> None:
    name, content = f"a.{kind.lower()}", saved(picture, kind, **options)
    monkeypatch.setattr(picture_check, "MAX_MEMORY", picture.width * picture.height * each)
    assert check(name, content).content

    monkeypatch.setattr(picture_check, "MAX_MEMORY", picture.width * picture.height * each - 1)
    assert "像素，过大" in said_of(name, content)


@pytest.mark.parametrize(("mode", "each"), [("RGB", 14), ("L", 4)])
def test_a_scan_of_a4_at_600_dpi_comes_in(mode: str, each: int) -> None:
    """Its header passes; that so small a file has no such pixels is found when they are drawn."""
    assert 4_960 * 7_016 * each <= picture_check.MAX_MEMORY
    assert "图片已损坏" in said_of("a.png", enlarged(saved(GREY.convert(mode), "PNG"), 5_900))


def test_pictures_are_drawn_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd, draw = Crowd(), picture_check._draw

    def watched(*given: object) -> Image.Image:
        with crowd:
            time.sleep(0.005)  # lets the others run
            return draw(*given)

    monkeypatch.setattr(picture_check, "_draw", watched)
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(lambda _number: check("a.jpg", PHOTO).sha256, range(8)))

    assert (len(set(kept)), crowd.most) == (1, 1)


@pytest.mark.parametrize("streams", [1, 5])
def test_streams_that_swell_beyond_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch, streams: int) -> None:
    content = pdf(*[deflated(b"\0" * (10_000_000 // streams))] * streams)
    assert check("a.pdf", content).content == content

    monkeypatch.setattr(pdf_check, "MAX_DECOMPRESSED", 9_000_000)
    assert "解压后的内容过大" in said_of("a.pdf", content)


SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"
ACTING = {
    "opens with an action": pdf(SCRIPT, catalog=b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>"),
    "opens at a page": pdf(catalog=b"<</Type/Catalog/Pages 2 0 R/OpenAction[3 0 R/Fit]>>"),
    "acts on closing": pdf(catalog=b"<</Type/Catalog/Pages 2 0 R/AA<</WC<</S/Named>>>>>>"),
    "a script of the document": written_by_pypdf(lambda writer: writer.add_open_action(JavaScript("app.alert(1)"))),
    "a script behind a button": pdf(
        b"<</Type/Annot/Subtype/Link/A<</S/JavaScript/JS 5 0 R>>>>", stream(b"app.alert(1)")
    ),
    "a script that nothing refers to": pdf(SCRIPT),
    "a name spelled otherwise": pdf(b"<</S/Java#53cript/#4a#53(app.alert(1))>>"),
    "a script deep within": pdf(b"[[[<</Kids[<</A " + SCRIPT + b">>]>>]]]"),
    "a script in an object stream": packed(b"<</Title(a)>>", SCRIPT),
    "a script in the trailer": pdf(trailer=b"/Info<</A " + SCRIPT + b">>"),
    "a script in an earlier version": pdf(unlisted=b"9 0 obj\n%s\nendobj\n" % SCRIPT),
    "a program to start": pdf(b"<</S/Launch/F(cmd.exe)>>"),
    "an embedded file": written_by_pypdf(lambda writer: writer.add_attachment("a.exe", b"MZ")),
    "an attached file": pdf(b"<</Type/Annot/Subtype/FileAttachment/FS<</F(a)/EF<</F 5 0 R>>>>>>", stream(b"MZ")),
    "a form of another kind": pdf(b"<</XFA[(a)5 0 R]>>", stream(b"<xdp/>")),
    "a form that is sent": pdf(b"<</S/SubmitForm/F(https://a.example)>>"),
    "a film or sound": pdf(b"<</Subtype/RichMedia>>"),
}


@pytest.mark.parametrize("content", ACTING.values(), ids=ACTING.keys())
def test_a_pdf_that_acts_or_carries_is_refused(content: bytes) -> None:
    assert ACTIVE in said_of("a.pdf", content)


def test_a_launching_pdf_by_a_real_writer_is_refused() -> None:
    def launch(writer: PdfWriter) -> None:
        action = DictionaryObject(
            {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
        )
        corners = ArrayObject(map(NumberObject, (0, 0, 9, 9)))
        link = {NameObject("/Subtype"): NameObject("/Link"), NameObject("/Rect"): corners, NameObject("/A"): action}
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(DictionaryObject(link))])

    assert "（Launch）" in said_of("a.pdf", written_by_pypdf(launch))


def test_streams_without_end_are_looked_through_once() -> None:
    """Ten megabytes of beginnings: a search from each to the end of the file would take days."""
    assert DAMAGED in said_of("a.pdf", b"%PDF-1.7\n" + b"stream\n" * 1_400_000 + b"%%EOF")


@given(start=st.integers(0, len(pdf())), junk=st.binary(min_size=1, max_size=40))
def test_whatever_happens_to_a_pdf_it_passes_whole_or_is_refused(start: int, junk: bytes) -> None:
    content = pdf()[:start] + junk + pdf()[start + len(junk) :]
    try:
        checked = check("a.pdf", content)
    except InvalidInput:
        return
    assert checked.content == content


@given(start=st.integers(0, len(PHOTO)), junk=st.binary(min_size=1, max_size=40))
def test_whatever_happens_to_a_photograph_it_passes_as_a_new_one_or_is_refused(start: int, junk: bytes) -> None:
    try:
        checked = check("a.jpg", PHOTO[:start] + junk + PHOTO[start + len(junk) :])
    except InvalidInput:
        return
    with Image.open(io.BytesIO(checked.content)) as kept:
        assert kept.width * kept.height <= picture_check.MAX_PIXELS


# Names -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("离职证明.pdf", "离职证明.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\张三\\证明.pdf", "证明.pdf"),
        ("证明\u202efdp.exe", "证明fdp.exe"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ('"><img src=x>.png', "___img src=x_.png"),
        ("..pdf", "pdf"),
        ("", "附件"),
        (" . ", "附件"),
        ("长" * 200 + ".pdf", "长" * (NAME_LENGTH - 4) + ".pdf"),
        ("e\u0301.pdf", "é.pdf"),
    ],
)
def test_a_file_name_is_shown_as(given_name: str, shown: str) -> None:
    assert display_name(given_name) == shown


@given(st.text())
@example("\u2066a\u2069\x00.pdf")
@example("." * 300)
@example("a." + "b" * 300)
def test_a_shown_name_is_short_printable_and_no_path(name: str) -> None:
    shown = display_name(name)

    assert 0 < len(shown) <= NAME_LENGTH
    assert not set('/\\<>:"|?*\r\n') & set(shown)
    assert not any(unicodedata.category(character).startswith("C") for character in shown)
    assert shown not in {".", ".."}
    assert display_name(shown) == shown


@given(st.text(min_size=1))
def test_the_ending_that_is_checked_is_the_ending_that_is_shown(name: str) -> None:
    try:
        checked = check(name, pdf())
    except InvalidInput:
        assert not display_name(name).lower().endswith(".pdf")
    else:
        assert checked.file_name.lower().endswith(".pdf")
