"""What is wrong in a file: one value per cell, and the one table of codes with their sentences.

E refuses the row and so the file, W is stored and reported, C is a correction that somebody has to confirm. Codes are
stable: they are stored with an import and read by other systems.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.domain.wording import N_
from core.texts import _


class Severity(StrEnum):
    """How much a problem weighs; the value is the first letter of its code."""

    ERROR = "E"
    WARNING = "W"
    CORRECTION = "C"


#: Every code with what is wrong and how to mend it.
SENTENCES: dict[str, str] = {
    # The file as a whole
    "E01": N_("文件内容与扩展名 {suffix} 不符，请用 Excel 打开后另存为 .xlsx 再导入"),
    "E02": N_("文件有密码保护，请取消密码后再导入"),
    "E03": N_("文件是空的，请重新导出"),
    "E04": N_("压缩内容异常：解压后过大、文件过多或压缩比过高，请拆分文件或重新导出"),
    "E05": N_("压缩包里不能再放压缩包，请解开后重新打包"),
    "E06": N_("不支持的文件类型 {suffix}，请使用 .xlsx、.xls、.csv 或 .zip"),
    "E07": N_("文件不完整或已损坏，请重新导出"),
    "E08": N_("无法识别文字编码，请另存为 UTF-8 或 GBK 编码的 CSV"),
    "E09": N_("前 10 行里没有找到单位、实缴明细或人员事项的表头，请核对列名"),
    "E10": N_("缺少必需的列“{title}”，请补上这一列"),
    "E11": N_("列“{title}”出现了不止一次，请只保留一列"),
    "E12": N_("一张表超过 {limit} 行，请拆分后导入"),
    "E13": N_("所属单位在本次一起导入、但被退回的文件“{other}”中，请改正那个文件后一起重新导入"),
    "E14": N_("这一行的列数与表头不符，或引号不成对，请核对逗号和引号"),
    "E15": N_("表格超过 {limit} 列，请删去右侧多余的列"),
    "E16": N_("压缩包里没有可导入的文件，请放入 .xlsx、.xls 或 .csv"),
    "E17": N_("前 10 行里没有找到“行号”和“行名”两列，请核对列名"),
    "E18": N_("文件里没有任何开户行，请核对后重新导出"),
    "E19": N_("工作表的范围过大（连同空白格超过 {limit} 格），请删去远离表格的内容，或拆分后另存为 .xlsx 再导入"),
    # A cell
    "E20": N_("必填项为空，请填写"),
    "E21": N_("不在允许的取值内，请填写：{choices}"),
    "E22": N_("月份无法识别或不存在，请按 2022-01 的格式填写"),
    "E23": N_("日期无法识别或不存在，请按 2022-04-20 或 2022-04 的格式填写"),
    "E24": N_("金额无法识别，请填写最多两位小数的元，如 1,234.50"),
    "E25": N_("金额不能为负数，请填写 0 或正数"),
    "E26": N_("这一格是数字或日期格式，已丢失原有数字，请先设为文本格式，再按原号码重新填写"),
    "E27": N_("这一格是公式错误 {error}，请改为实际的值"),
    "E28": N_("这一格的公式没有保存结果，请用 Excel 打开并保存，或粘贴为数值"),
    "E29": N_("内容过长，最多 {limit} 个字符，请缩短"),
    "E30": N_("社会保障号码应为 18 位，请按证件核对"),
    "E31": N_("社会保障号码中的出生日期不存在，请按证件核对"),
    "E32": N_("社会保障号码校验位不符，请按证件核对"),
    "E33": N_("单位编号不存在，请先导入该单位，或核对编号"),
    "E34": N_("“{kind}”必须填写单位编号，请补上"),
    "E35": N_("“{kind}”不填单位编号，请清空这一格"),
    "E36": N_("“{kind}”必须填写险种（养老或失业），请补上"),
    "E37": N_("“{kind}”不填险种，请清空这一格"),
    "E38": N_("终止早于起始，请核对两个日期"),
    "E39": N_("与“{file}”第 {row} 行的关键字段相同而内容不同，请只保留正确的一行"),
    "E42": N_("人行支付系统行号应为 12 位数字，请核对"),
    "E43": N_("银行交换号应为 1 至 12 位数字，请核对"),
    "E44": N_("银行账号应为 6 至 32 位数字，请核对"),
    "E45": N_("银行户名与单位名称不一致，请核对；单位更名的，请先导入更名后的单位"),
    "E46": N_("这一行已在办理或已完成的退费批次中，不能更改，请删去这一行或恢复原内容"),
    # Stored, and reported
    "W01": N_("未知的列，已忽略；如是错别字请更正列名"),
    "W02": N_("工作表没有可识别的表头，已忽略"),
    "W03": N_("号码不符合 18 位身份号码的规则（非居民身份证），请按证件核对"),
    "W04": N_("统一社会信用代码校验不符，请核对"),
    "W05": N_("统一社会信用代码与另一单位相同，请核对"),
    "W06": N_("人行支付系统行号校验位不符，请核对"),
    "W07": N_("人行支付系统行号的前三位属于{bank}，与银行名称不符，请核对"),
    "W08": N_("疑似个人银行卡，请填写单位账户"),
    "W09": N_("同一社会保障号码有不同姓名，请核对"),
    "W10": N_("没有终止时间，将视为一直延续，请核对"),
    "W11": N_("数字格式的号码可能丢失了开头的 0，请核对"),
    "W12": N_("压缩包里的这个文件不是 .xlsx、.xls 或 .csv，已忽略"),
    "W13": N_("问题过多，只列出前 {limit} 处，请改正后再试"),
    "W14": N_("与“{file}”第 {row} 行重复，只导入一次"),
    # Stored only when confirmed
    "C01": N_("与已有记录不同：{changes}。确认更正请加 --confirm-corrections 或在页面上勾选确认"),
    "C02": N_("更正已有记录：{changes}。原内容另行保留"),
}

_NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place. ``row`` counts as the spreadsheet does; 0, and a blank column, mean the whole file.

    ``value`` is the cell as it came. It may be an identity number: it belongs to the owner of the file and is never logged.
    """

    sheet: str
    row: int
    column: str
    value: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """Error, warning or correction."""
        return Severity(self.code[0])

    @property
    def message(self) -> str:
        """What is wrong and how to mend it, in the language in force."""
        return _(SENTENCES[self.code]).format(**self.values)


class Fault(Exception):
    """A cell that can't be taken, on its way to becoming a ``Problem``: its code and what its sentence mentions."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values: Mapping[str, object] = values or _NOTHING


class Unreadable(Fault):
    """A file, or a sheet of it, that can't be read at all."""
