"""Pictures that come in: decoded and drawn anew, so that nothing stays but what one sees."""

import io
import threading
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin

from core.domain.errors import InvalidInput
from core.domain.wording import N_

#: A sheet of A4 scanned at 600 dpi has 35 million pixels, a good telephone's photograph 50.
MAX_PIXELS = 64_000_000
#: Bytes that one picture may take while it is drawn anew: decoded, upright and plain, all at once.
MAX_MEMORY = 512_000_000
#: Bytes of that per pixel by mode; transparency is drawn over white, sixteen bits pass through whole numbers of 32.
_PIXEL_BYTES = {"1": 2, "L": 2, "RGB": 8, "CMYK": 8, "RGBA": 9, "P": 10}
_OTHER_PIXEL_BYTES = 13
#: A JPEG in several scans is collected before it is drawn: so much more for each colour of a pixel.
_SCAN_BYTES = 2
#: Pictures are drawn in this process, and each may take that much.
_one_at_a_time = threading.Semaphore(1)
#: Scans of a progressive JPEG are decoded one over the other; real ones have about ten, hostile ones thousands.
MAX_SCANS = 100
_START_OF_SCAN = b"\xff\xda"


def clean_jpeg(content: bytes) -> bytes:
    """The same picture as a new JPEG, upright and without metadata. ``InvalidInput`` for what can't be decoded whole."""
    if content.count(_START_OF_SCAN) > MAX_SCANS:
        raise _damaged()
    return _redraw(content, JpegImagePlugin.JpegImageFile, format="JPEG", quality=88)


def clean_png(content: bytes) -> bytes:
    """The same picture as a new PNG, without metadata. ``InvalidInput`` for what can't be decoded whole."""
    return _redraw(content, PngImagePlugin.PngImageFile, format="PNG")


def _redraw(content: bytes, opener: Callable[[Any], Image.Image], **options: Any) -> bytes:
    # The format's own class instead of Image.open: it reads the header only, and leaves the limit of pixels to us.
    with _one_at_a_time:
        try:
            pixels = _draw(content, opener)
        except InvalidInput:
            raise
        except Exception as error:  # the decoders raise whatever comes to them on damaged data
            raise _damaged() from error
        kept = io.BytesIO()
        pixels.save(kept, **options)
        return kept.getvalue()


def _draw(content: bytes, opener: Callable[[Any], Image.Image]) -> Image.Image:
    with opener(io.BytesIO(content)) as picture:
        _check_shape(picture)
        if _memory(picture, scans=content.count(_START_OF_SCAN)) > MAX_MEMORY:
            raise _too_large(picture)
        ImageOps.exif_transpose(picture, in_place=True)
        return _plain(picture)


def _memory(picture: Image.Image, scans: int) -> int:
    """Bytes that this picture takes while it is drawn; its header is read, its pixels are not."""
    each = _PIXEL_BYTES.get(picture.mode, _OTHER_PIXEL_BYTES)
    if picture.format == "JPEG" and scans > 1:
        each += _SCAN_BYTES * len(picture.getbands())
    return picture.width * picture.height * each


def _check_shape(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large(picture)
    if getattr(picture, "is_animated", False):
        raise InvalidInput(N_("不接受动态图片，请上传静态的 JPG、PNG 或 PDF 文件"))


def _plain(picture: Image.Image) -> Image.Image:
    """Grey or colour with whatever shines through on white, and none of the notes that came along (place, device, text)."""
    if picture.has_transparency_data:
        shown = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        plain = Image.new("RGB", picture.size, "white")
        plain.paste(shown, mask=shown.getchannel("A"))
        return plain
    if picture.mode.startswith("I"):
        # Sixteen bits of grey: a plain conversion would cut everything above 255 to white, and with it the page.
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    plain = picture.copy() if picture.mode in {"1", "L", "RGB"} else picture.convert("RGB")
    plain.info = {}
    return plain


def _too_large(picture: Image.Image) -> InvalidInput:
    return InvalidInput(
        N_("图片尺寸为 {width}×{height} 像素，过大，请缩小或降低扫描分辨率后再上传"),
        width=picture.width,
        height=picture.height,
    )


def _damaged() -> InvalidInput:
    return InvalidInput(N_("图片已损坏或不完整，请重新扫描或拍照后再上传"))
