"""What more than one test says in the same words: names that others rely on (``docs/names.md``), and how commands are run."""

from collections.abc import Callable

#: ``run("batches", "list")``: the exit status, what was printed, what was said.
Run = Callable[..., tuple[int, str, str]]

#: The columns of the workbook 不能退费情况.
REFUSAL_HEADINGS = (
    "序号",
    "姓名",
    "社会保障号码",
    "对应缴费所属期",
    "险种",
    "单位缴费金额",
    "个人缴费金额",
    "滞纳金",
    "利息",
    "原因代码",
    "不能退费原因",
    "依据",
    "处理建议",
)
