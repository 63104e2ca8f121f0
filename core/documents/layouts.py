"""The three tables that feed the ledger (``ledger-format.md``) and the bank directory: each column's title, field and reading."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from core.documents import cells
from core.documents.cells import Reader, Spelling
from core.domain.vocabulary import (
    Arrival,
    Assessment,
    DocumentType,
    FactKind,
    InjuryMode,
    Insurance,
    PaymentKind,
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``blank`` is what an empty cell means where the column isn't required; ``field`` is its name in the store."""

    title: str
    field: str
    spelling: Spelling
    blank: Any = ""
    required: bool = False
    #: Whether the cells themselves are kept beside their values: a later check looks at how they were written.
    keeps_cells: bool = False
    #: What others call this column, the likeliest first; its own title comes before them.
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every title that means this column, the one that counts most first."""
        return (self.title, *self.also)

    def reader(self) -> Reader:
        """Reads this column's cells, each distinct one once."""
        return Reader(self.spelling.read, blank=self.blank, required=self.required)


@dataclass(frozen=True)
class Layout:
    """One kind of table. ``key`` are the fields that make two rows the same row; ``kind`` is its name in reports."""

    kind: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field, in the order of the columns."""
        return tuple(column.field for column in self.columns)

    @property
    def titles(self) -> dict[str, Column]:
        """Columns by every title that means them."""
        return {name: column for column in self.columns for name in column.names}

    def column(self, field: str) -> Column:
        """The column of a field."""
        return next(column for column in self.columns if column.field == field)

    def titled(self, names: Collection[str]) -> "Layout":
        """The same table with its columns called as a file calls them: ``names`` has at most one name of each."""
        titles = {self.titles[name].field: name for name in names}
        if all(titles.get(column.field, column.title) == column.title for column in self.columns):
            return self
        return replace(self, columns=tuple(replace(c, title=titles.get(c.field, c.title)) for c in self.columns))


def _required(title: str, field: str, spelling: Spelling, blank: Any = "") -> Column:
    return Column(title, field, spelling, blank, required=True)


EMPLOYERS = Layout(
    "employers",
    (
        _required("单位编号", "employer_id", cells.CODE),
        _required("统一社会信用代码", "uscc", cells.NUMBER),
        _required("单位名称", "name", cells.TEXT),
        Column("欠费", "in_arrears", cells.FLAG, blank=False),
        Column("银行名称", "bank_name", cells.TEXT),
        Column("银行账号", "bank_account", cells.ACCOUNT, keeps_cells=True),
        Column("银行户名", "account_holder", cells.TEXT),
        Column("开户行名称", "branch_name", cells.TEXT),
        Column("人行支付系统行号", "cnaps_code", cells.BRANCH_CODE),
        Column("银行交换号", "exchange_number", cells.EXCHANGE_NUMBER, keeps_cells=True),
    ),
    key=("employer_id",),
)

BASE = "缴费基数"
_PERSONAL = "personal_part"
#: What is paid for one insurance, in the order of the format page.
_AMOUNTS = {
    "base": BASE,
    "employer_part": "单位缴费金额",
    _PERSONAL: "个人缴费金额",
    "late_fee": "滞纳金",
    "interest": "利息",
}

CONTRIBUTIONS = Layout(
    "contributions",
    (
        _required("缴费流水号", "serial", cells.CODE),
        _required("单位编号", "employer_id", cells.CODE),
        _required("姓名", "name", cells.TEXT),
        Column("证件类型", "document_type", cells.choice(*DocumentType), blank=DocumentType.RESIDENT_ID.value),
        _required("社会保障号码", "social_security_number", cells.NUMBER),
        _required("费款所属期", "period", cells.MONTH, blank=0),
        _required("缴费类型", "kind", cells.choice(*PaymentKind)),
        _required("应征凭证种类", "voucher_type", cells.TEXT),
        _required("核定来源", "assessment", cells.choice(*Assessment)),
        _required("到账状态", "arrival", cells.choice(*Arrival)),
        Column("到账日期", "arrival_day", cells.DAY, blank=None),
        Column("工伤参保方式", "injury_mode", cells.choice(*InjuryMode), blank=InjuryMode.PERSON.value),
        Column("待转金", "suspense", cells.FLAG, blank=False),
        *(
            Column(f"{insurance.label}{title}", f"{insurance.value}_{amount}", cells.AMOUNT, blank=0)
            for insurance in Insurance
            for amount, title in _AMOUNTS.items()
            # 工伤 has no personal part.
            if (insurance, amount) != (Insurance.WORK_INJURY, _PERSONAL)
        ),
    ),
    key=("serial",),
)

FACTS = Layout(
    "facts",
    (
        _required("社会保障号码", "social_security_number", cells.NUMBER),
        _required("事项", "kind", cells.choice(*FactKind)),
        Column("单位编号", "employer_id", cells.CODE),
        Column("险种", "insurance", cells.choice(Insurance.PENSION, Insurance.UNEMPLOYMENT)),
        _required("起始", "start_day", cells.DAY, blank=0),
        Column("终止", "end_day", cells.LAST_DAY, blank=None, keeps_cells=True),
        Column("说明", "note", cells.NOTE),
    ),
    key=("social_security_number", "kind", "employer_id", "insurance", "start_day"),
)

#: The bank directory. Every source names its columns in its own way; where several fit, the first name counts.
BRANCHES = Layout(
    "branches",
    (
        Column(
            "行号",
            "cnaps_code",
            cells.BRANCH_CODE,
            required=True,
            also=("支付行号", "支付系统行号", "人行支付系统行号", "联行号", "银行行号"),
        ),
        Column(
            "行名",
            "branch_name",
            cells.TEXT,
            required=True,
            also=("开户行名称", "支行名称", "网点名称", "机构名称", "银行名称"),
        ),
        Column("地区", "region", cells.TEXT, also=("所在地", "所在地区", "省市", "城市")),
    ),
    key=("cnaps_code",),
)

#: In the order in which they are stored: employers are read first.
LAYOUTS: tuple[Layout, ...] = (EMPLOYERS, CONTRIBUTIONS, FACTS)
#: The column that the error workbook adds; read back, it is passed over.
ERROR_TITLE = "错误"
#: What stands in the upper row of a two-row header.
GROUPS = frozenset({BASE, *(insurance.label for insurance in Insurance)})
