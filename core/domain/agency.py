"""The agency as its letters name it, as switches: what each text is called, what it may be, and a value to begin with."""

from dataclasses import dataclass

from core.domain.wording import N_


@dataclass(frozen=True, slots=True)
class Agency:
    """Who writes, how to be reached, on which law it decides, and where its decisions are contested."""

    name: str
    contact: str
    legal_basis: str
    review_body: str
    court: str


PATTERN = r"[^\x00-\x1f]{1,100}"
#: Field, what it is called, and an invented value that nobody can take for a real one: every agency puts its own there.
FIELDS = (
    ("name", N_("经办机构名称（文书落款）"), "示范市社会保险经办中心"),
    ("contact", N_("经办机构地址、电话（文书联系方式）"), "示范市示范路 1 号 电话 000-00000000"),
    ("legal_basis", N_("不予退费的法律依据"), "《中华人民共和国社会保险法》《社会保险经办条例》"),
    ("review_body", N_("行政复议机关"), "示范市人民政府"),
    ("court", N_("行政诉讼的人民法院"), "示范市示范区人民法院"),
)
