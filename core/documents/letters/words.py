"""The words of every letter. Official documents are Chinese in every language, so none of them is translated."""

ACCEPTANCE, SUPPLEMENT, REFUSAL = "受理回执", "补正通知", "不予退费决定书"
COMPLETION, CERTIFICATE = "办结通知", "退费情况证明"

#: 文号: year, what the letter is, a number made of the batch's.
REFERENCE = "退费〔{year}〕{mark}字第{serial}号"
MARKS = {ACCEPTANCE: "受", SUPPLEMENT: "补", REFUSAL: "决", COMPLETION: "结", CERTIFICATE: "证"}
TO = "{name}（单位编号 {number}）："
SEAL = "（盖章）"
CONTACT = "联系方式：{contact}"
MASKED = "本件供内部查阅：姓名、号码已作脱敏处理，不作为正式文书使用。"
ANNEX = "明细共 {count:,} 条，见同文号的附表（Excel 文件）。"
NONE = "—"
TOTAL, TOTAL_IN_CAPITALS, RENMINBI = "合计", "合计（大写）", "人民币"

NUMBER, EMPLOYER, REASON, FILED_ON = "批次号", "单位名称", "退费原因", "申请日期"
PERIODS, COUNTS = "费款所属期", "人数、明细数"
COUNTS_SAID = "{people:,} 人，{lines:,} 条明细"
ORDINAL, NAME, PERSON, PERIOD, INSURANCE = "序号", "姓名", "社会保障号码", "所属期", "险种"
EMPLOYER_PART, PERSONAL_PART, LATE_FEE, INTEREST, AMOUNT = "单位缴费", "个人缴费", "滞纳金", "利息", "退费金额"

# 受理回执 --------------------------------------------------------------------------------------------------------------

ACCEPTED = "你单位提交的社会保险费退费申请已于{day}受理，现将受理情况告知如下。"
ACCEPTED_ON, REVIEW_DUE, WHOLE_DUE = "受理日期", "初审期限", "办理期限"
WHOLE_SAID = "{days} 个工作日（至{day}）"
AMOUNTS = "申请退费金额（元）"
RECEIVED, MATERIAL, COPIES = "收到的材料", "材料名称", "份数"
NO_PAPERS = "受理时未收到材料。"
ACCEPTED_NOTES = (
    "材料不全或者不符合要求的，将一次性告知需要补正的全部内容；补正所需时间不计入办理期限。",
    "退费金额以审核结果为准。办理进度可凭批次号在“申报记录”中查看。",
)

# 补正通知 --------------------------------------------------------------------------------------------------------------

TO_SUPPLEMENT = (
    "你单位于{filed}提交的社会保险费退费申请（批次号 {number}，退费原因：{reason}）收悉。经审核，需要补正，"
    "现将需要补正的全部内容一次性告知如下。"
)
WHAT_IS_MISSING, LINES_TO_SUPPLEMENT, MISSING = "一、补正意见", "二、需要补正的明细", "需要补正的内容"
NO_LINES_TO_SUPPLEMENT = "本次没有逐条退回的明细，请按补正意见办理。"
PAPERS_ASKED, DEMAND = "三、尚未收到的材料", "要求"
REQUIRED, HELPFUL, ONE_OF = "必需", "建议", " 或 "
NO_PAPERS_ASKED = "该退费原因所列材料已经收到；补正意见另有要求的，请一并提交。"
HOW_TO_ANSWER = "四、补正方式和期限"
ANSWER = (
    "请在“申报记录”中打开本批次，逐条答复或者放弃退回的明细，上传所缺材料，然后点击“补正后重新提交”；"
    "不再申请的，可以撤回。撤回后所含记录可以重新申报。"
)
ANSWER_BY = "请于{day}前（{days} 个工作日内）补正。补正所需时间不计入办理期限。"
ANSWER_SOON = "补正没有固定期限；补正所需时间不计入办理期限，请尽早办理。"

# 不予退费决定书 --------------------------------------------------------------------------------------------------------

DECIDED = (
    "你单位于{filed}提交的社会保险费退费申请（批次号 {number}，退费原因：{reason}）收悉。经审核，决定对下列 {lines:,} 条明细"
    "（申请金额合计 {amount} 元）不予退费。"
)
DECIDED_THE_REST = "本批次的其他明细继续办理。"
FACTS, REFUSED_LINES, CAUSES, BASIS, REMEDIES = (
    "一、查明的事实",
    "二、不予退费的明细",
    "三、理由和处理建议",
    "四、法律依据",
    "五、救济途径",
)
FACTS_BY_LINE = "各条明细所依据的事实列于下表。"
CODE, FACT, CAUSE, REMEDY = "理由代码", "依据的事实", "理由", "处理建议"
OTHER, OTHER_CAUSE = "其他", "见各条明细所列事实"
SAID_OF_ALL = NO_CODE_FACT = "见“查明的事实”"
OTHER_REMEDY = "可补充证明材料后重新申报"
BY_LAW = "依据{law}以及本决定第三项所列理由，作出本决定。"
REMEDY_SAID = (
    "如不服本决定，可自收到本决定书之日起60日内向{review_body}申请行政复议，或者自收到本决定书之日起6个月内向{court}提起行政诉讼"
    "（《中华人民共和国行政复议法》第二十条、《中华人民共和国行政诉讼法》第四十六条）。"
)

# 办结通知 --------------------------------------------------------------------------------------------------------------

PAID = (
    "你单位于{filed}提交的社会保险费退费申请（批次号 {number}，退费原因：{reason}）已办理完毕，"
    "退费 {lines:,} 条明细，合计 {amount} 元，已按基金支付至你单位账户。"
)
BY_FUND, BY_LINE = "一、支付情况（元）", "二、退费明细（元）"
PAID_ON, ACCOUNT, SUM = "付款日期", "收款账号", "合计"
ENDS_IN = "尾号 {digits}"
OWED = "三、退还本人"
OWED_SAID = (
    "退费中的个人缴费部分共 {amount} 元（{capitals}），属于参保人员本人。请你单位及时足额退还本人，并留存退还凭证；"
    "各人应退的金额为明细中本人的“个人”一栏及其小计。"
)

# 退费情况证明 ----------------------------------------------------------------------------------------------------------

CERTIFIED = (
    "兹证明：{name}（社会保障号码 {person}）由{employer}缴纳的下列社会保险费，已经本机构审核退还至该单位（批次号 {number}，"
    "退费原因：{reason}），共 {lines:,} 条明细，合计 {amount} 元（{capitals}）。"
)
CERTIFIED_PART = "其中个人缴费部分 {amount} 元由该单位负责退还本人。"
PURPOSE = "本证明用于："
CERTIFIED_DETAIL = "退费明细（元）"
