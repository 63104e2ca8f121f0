"""The accounts that the funds pay from, as switches: what each field is called, what it may be, and a value to begin with."""

from core.domain.vocabulary import Insurance
from core.domain.wording import N_

#: What is known of the account that a fund pays from: field, pattern, whether it is a number to be masked.
FIELDS = (
    ("holder", r".{1,70}", False),
    ("account", r"[0-9]{6,32}", True),
    ("bank", r".{1,70}", False),
    ("cnaps", r"[0-9]{12}", False),
)
#: Of every fund: what its fields are called, and invented values. Every agency puts its own in their place.
FUNDS = {
    Insurance.PENSION: (
        (N_("养老保险基金付款户名"), "示范市社会保险基金养老保险支出户"),
        (N_("养老保险基金付款账号"), "119999000100000017"),
        (N_("养老保险基金付款银行"), "示范银行营业部"),
        (N_("养老保险基金付款行行号"), "313119999019"),
    ),
    Insurance.UNEMPLOYMENT: (
        (N_("失业保险基金付款户名"), "示范市社会保险基金失业保险支出户"),
        (N_("失业保险基金付款账号"), "119999000200000025"),
        (N_("失业保险基金付款银行"), "示范银行营业部"),
        (N_("失业保险基金付款行行号"), "313119999019"),
    ),
    Insurance.WORK_INJURY: (
        (N_("工伤保险基金付款户名"), "示范市社会保险基金工伤保险支出户"),
        (N_("工伤保险基金付款账号"), "119999000300000033"),
        (N_("工伤保险基金付款银行"), "示范银行营业部"),
        (N_("工伤保险基金付款行行号"), "313119999019"),
    ),
}
