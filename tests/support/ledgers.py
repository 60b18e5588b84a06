"""Workbooks as districts, towns and offices keep them, made with another writer than ours.

One builder for each head of `examples/playbooks/real-ledgers.yaml`: title, merged heads and cells, stars,
several orgs in a cell, dates and sums as people write them. Offices and posts, never people.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

PLAYBOOK = Path(__file__).parents[2] / "examples" / "playbooks" / "real-ledgers.yaml"
ACROSS = object()  # in a row's first place: its text stands across the whole table

Row = Sequence[object]


@dataclass(frozen=True)
class Ledger:
    """One sheet: what stands above the table, its heads, its rows, what is merged downwards."""

    key: str
    register: str
    title: str
    heads: Sequence[str | tuple[str, str]]  # word, or the merged head above and the word
    rows: Sequence[Row]
    above: Sequence[str] = ()
    below: Sequence[str] = ()
    down: Sequence[tuple[int, int, int]] = ()  # column, first and last row of `rows`, from 0

    @property
    def n_tasks(self) -> int:
        """Give the number of rows that are no heading, no total and no lower part of another."""
        lower = [
            {r for c, first, last in self.down if c == n for r in range(first + 1, last + 1)}
            for n in (0, 1)
        ]
        return sum(
            row[0] is not ACROSS
            and str(row[0]) not in {"合计", "小计"}
            and r not in lower[0] & lower[1]
            for r, row in enumerate(self.rows)
        )


def workbook(*ledgers: Ledger) -> bytes:
    """Write ledgers as a workbook, a sheet each."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for ledger in ledgers:
        _write(book.create_sheet(ledger.key), ledger)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _write(sheet, ledger: Ledger) -> None:
    width = len(ledger.heads)
    at = 1
    for text in (ledger.title, *ledger.above):
        _across(sheet, at, width, text)
        sheet.cell(at, 1).font = Font(name="方正小标宋简体", size=18 if at == 1 else 10)
        at += 1
    at = _write_heads(sheet, ledger.heads, at)
    begin = at
    for row in ledger.rows:
        if row[0] is ACROSS:
            _across(sheet, at, width, str(row[1]))
        else:
            _cells(sheet, at, row)
        at += 1
    for column, first, last in ledger.down:
        sheet.merge_cells(
            start_row=begin + first,
            end_row=begin + last,
            start_column=column + 1,
            end_column=column + 1,
        )
    for text in ledger.below:
        _across(sheet, at, width, text)
        at += 1


def _cells(sheet, at: int, row: Row) -> None:
    for c, value in enumerate(row, 1):
        cell = sheet.cell(at, c, value)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        if isinstance(value, dt.date):
            cell.number_format = "yyyy/m/d"


def _write_heads(sheet, heads: Sequence[str | tuple[str, str]], at: int) -> int:
    is_double = any(isinstance(head, tuple) for head in heads)
    for c, head in enumerate(heads, 1):
        if isinstance(head, tuple):
            sheet.cell(at, c, head[0])
            sheet.cell(at + 1, c, head[1])
        else:
            sheet.cell(at, c, head)
            if is_double:
                sheet.merge_cells(start_row=at, end_row=at + 1, start_column=c, end_column=c)
    overs = [head[0] if isinstance(head, tuple) else "" for head in heads]
    for over in dict.fromkeys(o for o in overs if o):
        first, last = overs.index(over) + 1, len(overs) - overs[::-1].index(over)
        for c in range(first + 1, last + 1):
            sheet.cell(at, c, None)
        sheet.merge_cells(start_row=at, end_row=at, start_column=first, end_column=last)
    return at + 1 + is_double


def _across(sheet, at: int, width: int, text: str) -> None:
    sheet.cell(at, 1, text).alignment = Alignment(horizontal="center")
    sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=width)


# ---- task tables ----------------------------------------------------------------------------------


def l1() -> Ledger:
    """Two leaders may stand in one cell."""
    rows = [
        (1, "加快推进城市更新三年行动，年底前完成老旧小区改造35个", "分管副区长", "区住建局"),
        (2, "建成未来社区3个，创建省级示范1个", "区长\n分管副区长", "区住建局、区民政局"),
        (3, "深化“最多跑一次”改革，一件事集成办理80%", "常务副区长", "区政务服务办"),
        (4, "完成农村生活污水零直排村12个", "分管副区长", "区农业农村局"),
        (5, "引进10亿元以上项目6个", "区长、常务副区长", "区投资促进局"),
        (6, "新增学位4500个", "分管副区长", "区教育局"),
    ]
    return Ledger(
        "l1",
        "tasks",
        "2018年区政府重点工作任务分解表",
        ["序号", "重点工作任务", "牵头领导", "牵头单位"],
        rows,
    )


def l2() -> Ledger:
    """Chapters across the table; the theme is merged down over its numbered work."""
    rows = [
        (ACROSS, "一、在稳进提质上大抓落实、勇当标杆"),
        (1, "经济运行", "地区生产总值增长7%以上", "常务副区长", "区发改局", "各平台、镇街"),
        (2, None, "规上工业增加值增长8%", "分管副区长", "区经信局", "各平台、镇街"),
        (3, None, "社会消费品零售总额增长6%", "分管副区长", "区商务局", "区市场监管局、各镇街"),
        (ACROSS, "二、在民生改善上大抓落实、勇当标杆"),
        (4, "教育提升", "新建学校6所", "分管副区长", "区教育局", "区住建局、区规划资源分局"),
        (5, None, "引进名校长5名", "分管副区长", "区教育局", "区委组织部"),
        (
            6,
            "健康建设",
            "区人民医院新院区结顶",
            "区长、分管副区长",
            "区卫生健康局、区城建公司",
            "区住建局",
        ),
        (7, None, "建成智慧健康站20个", "分管副区长", "区卫生健康局", "各镇街"),
    ]
    return Ledger(
        "l2",
        "tasks",
        "2022年区政府重点工作任务分解表",
        ["序号", "项目", "重点工作", "牵头领导", "牵头单位", "主要参与单位"],
        rows,
        down=[(1, 1, 3), (1, 5, 6), (1, 7, 8)],
    )


def l3() -> Ledger:
    """The first row's quarters count from the beginning of the year, the second's each for itself."""
    rows = [
        (1, "招大引强行动\n全年引进10亿元以上项目8个", "2个", "4个", "6个", "8个", "区长", "*区投资促进局、各平台"),
        (
            2,
            "项目争速行动\n全年开工100个，完成投资120亿元",
            "开工20个，投资25亿元",
            "开工30个，投资35亿元",
            "开工30个，投资36亿元",
            "开工20个，投资24亿元",
            "常务副区长",
            "*区发改局、区住建局、各镇街",
        ),
        (3, "强企培育行动\n全年新增规上企业60家", "10家", "25家", "40家", "60家", "分管副区长", "*区经信局、区统计局"),
        (4, "人才引育行动\n全年引进人才5000名", "1000名", "1500名", "1500名", "1000名", "组织部部长", "*区委人才办、区人力社保局"),
        (5, "环境提升行动\n全年整治河道20公里", "3公里", "8公里", "14公里", "20公里", "分管副区长", "区住建局、*区治水办"),
        (6, "数字赋能行动\n全年上线应用12个", "2个", "3个", "4个", "3个", "分管副区长", "*区大数据局"),
    ]  # fmt: skip
    over = "1–4季度目标"
    heads = [
        "序号",
        "行动名称+年度目标",
        *[(over, f"{n}季度") for n in range(1, 5)],
        "牵头领导",
        "责任单位",
    ]
    return Ledger("l3", "tasks", "2022年行动清单", heads, rows)


def l4() -> Ledger:
    """``1*``: the city leads; a plain number: it cooperates."""
    rows = [
        (ACROSS, "常务副市长牵头重点工作"),
        ("1*", "推进自由贸易试验区建设", "市商务局、市发改委、市财政局", None),
        ("2*", "全市固定资产投资增长6%以上", "市发改委、市统计局，各区、县（市）政府", None),
        (3, "实施碳达峰行动方案", "市发改委、市生态环境局", "省发展改革委"),
        (ACROSS, "分管工业副市长牵头重点工作"),
        ("4*", "新增国家级“小巨人”企业50家", "市经信局；市科技局", None),
        (5, "建设世界级先进制造业集群", "市经信局、各区、县（市）政府", "省经信厅"),
        (6, "推进产业数字化改造", "市经信局", "省经信厅"),
    ]
    return Ledger(
        "l4",
        "tasks",
        "2021年市政府重点工作责任分解",
        ["序号", "重点工作任务", "责任单位", "省牵头单位"],
        rows,
        below=["注：列第一位的责任单位为牵头单位或汇总单位。"],
    )


def l5() -> Ledger:
    """Eight themes, thirty tasks, one quarter; the numbers begin anew under each theme."""
    rows = [
        (ACROSS, "一、稳增长冲刺行动"),
        (1, "规上工业总产值同比增长10%", "分管副区长", "区经信局", "各乡街、园区"),
        (2, "限上零售额同比增长12%", "分管副区长", "区商务局", "各乡街"),
        (ACROSS, "二、项目建设冲刺行动"),
        (1, "新开工亿元以上项目9个", "常务副区长", "区发改局", "项目责任单位"),
        (2, "完成征拆3200平方米", "分管副区长", "区征收办", "区住建局、相关街道"),
        (3, "专项债券支出进度达到60%", "常务副区长", "区财政局", "区发改局"),
        (ACROSS, "三、安全稳定冲刺行动"),
        (1, "重大隐患动态清零", "分管副区长", "区应急局", "区安委会成员单位"),
        (2, "信访积案化解18件", "政法委书记", "区信访局", "相关责任单位"),
    ]
    return Ledger(
        "l5",
        "tasks",
        "二季度冲刺任务清单",
        ["序号", "工作任务", "牵头领导", "牵头单位", "责任单位"],
        rows,
    )


def l6() -> Ledger:
    """Indicators and tasks in one list without numbers; a task force may be responsible."""
    rows = [
        ("地区生产总值增长6.5%以上", "区发改局", "全区经济运行各专班"),
        ("一般公共预算收入增长8%", "区财政局", "区税务局、各街道"),
        ("固定资产投资增长12%", "区发改局", "项目建设专班"),
        ("新建改建口袋公园5个", "区住建局", "区城管局"),
        ("改造老旧小区14个", "区住建局", "各街道"),
        ("新增就业4200人", "区人社局", "就业专班、各街道"),
    ]
    return Ledger("l6", "tasks", "2023年目标任务清单", ["目标任务", "牵头单位", "责任单位"], rows)


# ---- progress tables ------------------------------------------------------------------------------

_P1 = [
    (1, "新建成5G基站2000个", "截至9月底已建成1850个，完成率92.5%", "市经信局"),
    (2, "完成智慧快速路一期", "主线高架已贯通，附属工程正在施工", "市住建局、市交通运输局"),
    (3, "新增幼儿园30所", "已投用22所，其余8所10月底前交付", "市教育局"),
    (4, "新增养老床位2600张", "已新增2710张，提前完成", "市民政局"),
    (5, "水环境断面优良率100%", "1-9月优良率100%", "市生态环境局"),
    (6, "城市书房10家", "已开放7家", "市文广旅游局"),
]


def p1() -> Ledger:
    """Progress of a quarter."""
    heads = ["序号", "内容与要求", "进展情况", "责任单位"]
    return Ledger("p1", "tasks", "2021年重点工作进展情况表（三季度）", heads, _P1)


def p1b() -> Ledger:
    """The same at the end of the year."""
    heads = ["序号", "内容与要求", "完成情况", "责任单位"]
    return Ledger("p1b", "tasks", "2021年重点工作完成情况表", heads, _P1)


def p2() -> Ledger:
    """One cell with its three labels; a task may have several rows, number and task merged downwards."""
    rows = [
        (1, "扩大优质教育供给", "区教育局", "学校1所", "进展情况：主体结构结顶。\n下步打算：6月底前完成装修。", "顺利推进"),
        (None, None, None, "学位810个", "进展情况：随学校同步推进。", "顺利推进"),
        (2, "改造提升农贸市场", "区市场监管局、*区商贸公司", "开工2家", "进展情况：已开工1家。存在问题：1家摊位过渡未落实。下步打算：4月底前完成过渡。", "推进较慢"),
        (3, "新增公共停车位", "区城管局", "完成选址", "进展情况：选址12处，泊位1300个。", "已完成"),
        (4, "建设城市书房", "区文广旅游局", "新建1家\n提升2家", "进展情况：新建1家，提升1家。\n存在问题：1家产权未明确。\n下步打算：二季度完成。", "推进较慢"),
        (5, "农村饮用水提标", "区水利局", "管网12公里", "进展情况：完成13公里。", "已完成"),
        (6, "既有住宅加装电梯", "区住建局、各镇街", "20台", "进展情况：完工21台，在建15台。", "已完成"),
    ]  # fmt: skip
    heads = [
        "序号",
        "工作任务",
        "责任单位",
        "一季度目标",
        "进展情况、存在问题及下一步打算",
        "目标完成情况",
    ]
    return Ledger(
        "p2",
        "tasks",
        "2023年民生实事项目一季度进展情况表",
        heads,
        rows,
        above=["填报单位：区政府办公室　　填报日期：2023年4月6日"],
        down=[(0, 0, 1), (1, 0, 1), (2, 0, 1)],
    )


def p3() -> Ledger:
    """No numbers at all."""
    rows = [
        ("美丽河湖建设", "建成美丽河湖5条，整治河道30公里", "已完成4条，整治27公里"),
        ("农村公路提升", "新改建农村公路60公里", "完工58公里"),
        ("老旧小区改造", "改造68个小区", "开工68个，完工41个"),
        ("社区养老", "新建示范型居家养老中心12家", "建成12家并投入运营"),
        ("学前教育", "新建幼儿园9所", "6所已开园"),
        ("公交便民", "新辟优化线路20条", "已完成23条"),
    ]
    return Ledger(
        "p3", "tasks", "2020年为民办实事项目进展情况", ["项目名称", "项目内容", "进展情况"], rows
    )


def p4() -> Ledger:
    """Many cells say nothing but that all goes on as it should."""
    rows = [
        ("运河新城核心区", "完成征收收尾，出让地块2宗", "区城建集团、*区商务局", "正常进行中"),
        ("大运河文化带", "建成博物馆主体", "区文广旅体局", "正常进行中"),
        ("北部软件园提升", "新增楼宇面积12万㎡", "园区管委会", "正常进行中"),
        ("地铁沿线改造", "完成12个站点周边整治", "区住建局、各街道", "完成9个站点"),
        ("小学迁建", "9月开学", "区教育局", "已开学"),
        ("医共体建设", "组建3家", "区卫健局", "正常进行中"),
    ]
    heads = ["项目名称", "项目内容", "责任单位", "进展情况"]
    return Ledger("p4", "tasks", "2020年第三季度重点项目进展情况", heads, rows)


def p5() -> Ledger:
    """Sent by the 25th of each month after the head of the unit has read and signed it."""
    rows = [
        (1, "农村危房改造280户", "住建局", "开工260户，竣工190户", "边远户建材运输难", "协调集中配送", "9月底前", None),
        (2, "草原生态修复12万亩", "林草局", "完成8.5万亩", None, "抢抓雨季补播", "2022年10月31日前", None),
        (3, "引进亿元以上项目5个", "发改局、工信局", "签约4个，落地2个", "1个项目用地指标未落实", "申请增减挂钩指标", "年底前", None),
        (4, "旅游重点村3个", "文旅体局", "2个通过验收", None, None, "三季度末", None),
        (5, "牧区饮水安全巩固", "水利局", "巡检46处", None, "长效管护", "长期坚持", None),
        (6, "校园食堂改造7所", "教育局", "完成7所", None, None, "2022.8.31", None),
    ]  # fmt: skip
    heads = [
        "序号",
        "重点任务",
        "责任单位",
        "落实推进情况",
        "存在问题",
        "下一步打算",
        "完成时限",
        "主要负责人审签",
    ]
    below = ["填表人：综合科　　审核人：办公室主任　　单位主要负责人（签字）："]
    return Ledger("p5", "tasks", "重点任务落实推进情况表", heads, rows, below=below)


def p6() -> Ledger:
    """Sums in hundred millions though the field counts ten thousands; a subtotal under each group."""
    rows = [
        (ACROSS, "城建项目（23个）"),
        (1, "人民路南延", 3.2, "县长", "县住建局", "主体开工", "达到", "桥梁桩基完成60%"),
        (2, "第二污水厂扩建", 1.85, "分管副县长", "县水务局", "基本过半", "基本达到", "设备安装中"),
        (3, "客运枢纽", "2.4亿元", "分管副县长", "县交通运输局、交投集团", "前期", "未达计划进度", "土地未交付"),
        ("小计", None, 7.45, None, None, None, None, None),
        (ACROSS, "工业项目（14个）"),
        (1, "精细化工技改", 12, "常务副县长", "开发区管委会", "主体完工", "达到", "试生产"),
        (2, "装备制造二期", "8000万元", "常务副县长", "开发区管委会；县工信局", "主体开工", "达到", "厂房封顶"),
        (3, "新型建材", 0.96, "分管副县长", "镇政府、*县工信局", "前期", "未达计划进度", "环评公示"),
        ("合计", None, 21.21, None, None, None, None, None),
    ]  # fmt: skip
    heads = [
        "序号",
        "项目名称",
        "总投资（亿元）",
        "挂钩领导",
        "责任单位",
        "形象进度",
        "计划进度",
        "进展情况",
    ]
    return Ledger("p6", "tasks", "县领导挂钩重点项目进度表", heads, rows)


_P7 = ["序号", "项目名称", "责任单位", "年度目标", "进展情况", "存在问题", "备注"]


def p7() -> Ledger:
    """Those behind schedule have a column for what is in the way."""
    rows = [
        (1, "城乡供水一体化", "区水务局", "新建管网45公里", "完成18公里", "两个村路由未定", None),
        (2, "公办幼儿园", "区教育局", "新建3所", "1所主体封顶", "1所土地报批未完成", "已约谈"),
        (3, "农贸市场改造", "区商务局、各镇街", "改造4家", "开工1家", "资金未到位", None),
        (4, "背街小巷", "区城管局", "整治20条", "完成6条", "管线单位配合不够", None),
        (5, "养老服务中心", "区民政局", "建成2家", "1家开工", "选址调整", None),
        (6, "校园安防", "区公安分局、区教育局", "覆盖60所", "覆盖22所", "招标流标", None),
    ]
    return Ledger("p7", "tasks", "附件1：慢序时项目", _P7, rows)


def p7b() -> Ledger:
    """Those on schedule have not."""
    rows = [
        (1, "四好农村路", "区交通运输局", "提升30公里", "完成26公里", None),
        (2, "残疾人康复", "区残联", "服务1200人次", "已服务1130人次", None),
        (3, "两癌筛查", "区卫健局、区妇联", "筛查8000人", "筛查7900人", None),
        (4, "城市绿道", "区住建局", "新建8公里", "完成8公里", "提前完成"),
        (5, "文化下乡", "区文旅局", "演出120场", "演出104场", None),
        (6, "再生资源站点", "区商务局", "新建15个", "建成13个", None),
    ]
    return Ledger("p7b", "tasks", "附件2：按序时项目", [h for h in _P7 if h != "存在问题"], rows)


# ---- problems, petitions, hazards, supervision, assessment ----------------------------------------


def q1() -> Ledger:
    """The kind of the source has two levels under one merged head."""
    day = dt.date(2021, 8, 20)
    sources = [
        ("上级反馈、移交、交办", "纳入上级“七张问题清单”的审计问题"),
        ("区（镇）反馈、交办", "人大政协监督"),
        ("责任主体排查发现", "自行排查"),
        ("上级反馈、移交、交办", "一单三书"),
        ("区（镇）反馈、交办", "本级“全量问题库”"),
        ("责任主体排查发现", "纪委动议"),
    ]
    texts = [
        "集体资产出租未公开招租",
        "污水管网雨污混接",
        "台账更新不及时",
        "专项资金沉淀",
        "出租房消防设施缺失",
        "工程变更未报批",
    ]
    rows = [
        (f"WT-2021-{n:03d}", *source, text, dt.date(2021, 9, 30), "某某村", "村主任", day, "开" if n % 2 else "关")
        for n, (source, text) in enumerate(zip(sources, texts, strict=True), 1)
    ]  # fmt: skip
    over = "来源及类型"
    heads = [
        "编号",
        (over, "来源"),
        (over, "类型"),
        "问题内容",
        "完成日期",
        "责任主体",
        "负责人",
        "更新时间",
        "动态跟踪",
    ]
    return Ledger("q1", "problems", "问题清单", heads, rows)


def q2() -> Ledger:
    """Several measures for one problem, its number merged down over them."""
    rows = [
        ("WT-2021-001", "1.公开招租方案报镇审批", "2021.8.15", "2021.8.12", "村书记"),
        (None, "2.完成公开招租", "2021.9.30", None, "村主任"),
        ("WT-2021-002", "1.排查混接点位", "8月底前", "2021/8/25", "镇建设办主任"),
        (None, "2.完成改造", "10月底前", None, "镇建设办主任"),
        (None, "3.建立巡查制度", "年底前", None, "镇建设办主任"),
        ("WT-2021-003", "1.明确专人更新", "即日起至8月底", "2021-08-20", "党政办主任"),
    ]
    heads = ["问题编号", "措施", "计划完成日", "实际完成日", "责任人"]
    return Ledger("q2", "measures", "整改措施清单", heads, rows, down=[(0, 0, 1), (0, 2, 4)])


def q3() -> Ledger:
    """Seventeen columns, six of them about a person."""
    demands = [
        "反映拆迁安置房办证",
        "反映噪声扰民",
        "要求解决拖欠工资",
        "反映道路破损",
        "要求子女入学",
        "反映电梯停运",
    ]
    rows = [
        (
            n, dt.date(2021, 7, n + 4), "某某", "无", "330000190001010000", "0000-0000000", "某某街道某某社区",
            "家属2人", demand, "接访员", dt.date(2021, 7, n + 10), "转属地办理", "否" if n % 2 else "是", "来访",
            "分管副区长", None, "申请书1份",
        )
        for n, demand in enumerate(demands, 1)
    ]  # fmt: skip
    heads = [
        "序号", "收到时间", "来信来访人", "单位", "身份证号", "联系方式", "家庭住址", "社会关系", "主要诉求", "接访人",
        "处理时间", "处理意见", "是否终结", "反映渠道", "包案领导", "备注", "相关材料",
    ]  # fmt: skip
    return Ledger("q3", "petitions", "信访登记表", heads, rows)


def q4() -> Ledger:
    """Of several units the first is the one in charge; progress from 0 to 100."""
    rows = [
        (
            f"HJ2021{n:04d}", f"某某项目遗留问题{n}", "XF2021-07、XF2021-12", "分管领导", "副总经理",
            "综合部、法务部、属地公司", "一次性协调加补签协议", n * 15, "9月底前" if n % 2 else "2021-10-31",
            dt.date(2021, 9, 20) if n == 6 else None, "成功" if n == 6 else None, "定期回访",
            "7.5 见面\n7.20 达成初步意见", "已完成" if n == 6 else "化解中",
        )
        for n in range(1, 7)
    ]  # fmt: skip
    heads = [
        "化解编号", "事项名称", "关联信访件", "包案领导姓名", "职务", "责任单位", "化解方案", "当前进度", "预计化解时间",
        "实际化解时间", "化解结果", "后续稳控措施", "动态时间线", "状态",
    ]  # fmt: skip
    return Ledger("q4", "cases", "重点事项化解（包案）表", heads, rows)


def q5() -> Ledger:
    """The whole road of a hazard, from being found to being closed out."""
    places = [
        "储罐区可燃气体报警失效",
        "受限空间作业无审批",
        "高处平台护栏缺失",
        "应急电源故障",
        "仓库混存禁忌物",
        "消防泵不能自启",
    ]
    rows = [
        (
            n,
            place,
            dt.date(2021, 7, n),
            dt.date(2021, 7, n + 1),
            "停用并更换",
            "县级挂牌督办",
            "专家组验收",
            None,
        )
        for n, place in enumerate(places, 1)
    ]
    heads = ["序号", "隐患名称", "排查", "上报", "治理", "督查", "验收", "销号"]
    below = ["注：每月底前报上级主管部门。"]
    return Ledger("q5", "hazards", "重大事故隐患治理台账", heads, rows, below=below)


def q6() -> Ledger:
    """Hazards of the site: the demands stand under a merged head."""
    rows = [
        (n, place, text, "消防" if n % 2 else "用电", "一般" if n % 3 else "重大", "立即整改", money, "7日内" if n == 4 else "8月31日前", "生产车间", None)
        for n, (place, text, money) in enumerate(
            [("一号车间", "疏散通道堆放杂物", 0.2), ("配电室", "线缆私拉乱接", 1), ("原料库", "灭火器过期", "3000元"),
             ("锅炉房", "压力表未校验", 0.5), ("办公楼", "应急照明损坏", None), ("油漆间", "通风不足", "2万元")], 1
        )
    ]  # fmt: skip
    over = "治理要求"
    heads = [
        "序号",
        "隐患部位",
        "隐患描述",
        "隐患类别",
        "隐患等级",
        (over, "措施"),
        (over, "资金（万元）"),
        (over, "时限"),
        "整改责任单位",
        "验收",
    ]
    return Ledger("q6", "hazards", "生产安全事故隐患台账（现场管理类）", heads, rows)


def q6b() -> Ledger:
    """Hazards of the management: another ledger, by the rule that was broken."""
    texts = [
        "未建立安全责任制",
        "培训记录不全",
        "应急预案未备案",
        "特种作业证过期",
        "风险辨识未更新",
        "相关方协议缺失",
    ]
    rows = [
        (n, f"地方标准第{n}条", text, "制度", "一般", "补充完善", "9月底前", "安全管理部", None)
        for n, text in enumerate(texts, 1)
    ]
    over = "治理要求"
    heads = [
        "序号",
        "排查依据",
        "隐患描述",
        "隐患类别",
        "隐患等级",
        (over, "措施"),
        (over, "时限"),
        "整改责任单位",
        "验收",
    ]
    return Ledger("q6b", "hazards", "生产安全事故隐患台账（基础管理类）", heads, rows)


def q7() -> Ledger:
    """Fifteen columns of an order on a leader's note."""
    rows = [
        (
            f"事项{n}", f"永批督〔2021〕{n}号", "请牵头单位会同有关单位研究落实", "县长", dt.date(2021, 7, n),
            "分管副县长", "县政府办副主任", None, f"2021年8月{n}日前", "一次性" if n % 2 else "每周一报",
            "县住建局", "县财政局、县自然资源和规划局，各乡镇（街道）", "督查室主任", "0000-00000000", "600000",
        )
        for n in range(1, 7)
    ]  # fmt: skip
    heads = [
        "督办事项", "文号", "督办内容", "批示领导", "发布时间", "牵头领导", "配合领导", "附件", "交办时限", "反馈周期",
        "牵头单位", "配合单位", "督办联系人", "电话", "机关网号码",
    ]  # fmt: skip
    return Ledger("q7", "orders", "领导批示督办单", heads, rows)


def q8() -> Ledger:
    """The unit in charge among several is marked; a total at the foot."""
    rows = [
        ("招商引资", 20, "*区投资促进局、各平台", "引进10亿元以上项目8个", "按完成率计分", None),
        (
            "项目推进",
            25,
            "*区发改局、区住建局",
            "开工率、投资完成率",
            "每低1个百分点扣0.5分",
            "以统计数为准",
        ),
        ("企业培育", 15, "*区经信局（牵头）、区科技局", "新增规上企业60家", "按完成率计分", None),
        ("民生实事", 15, "各责任单位", "十大实事", "一项未完成扣2分", None),
        ("平安建设", 15, "*区委政法委、各镇街", "平安指数", "按排名计分", None),
        ("作风效能", 10, "区纪委区监委", "通报批评情况", "每次扣1分", None),
        ("合计", 100, None, None, None, None),
    ]
    heads = ["项目", "分值", "考核责任单位", "考核内容和要求", "赋分办法", "备注"]
    return Ledger("q8", "rules", "专项考核细则", heads, rows)


def q9() -> Ledger:
    """The module is merged down over its indicators."""
    rows = [
        (1, "中心工作", "攻坚任务完成率", "任务按期完成", "系统自动取数", 30, 0.3, 28.5),
        (2, None, "问题整改率", "问题按期销号", "系统自动取数", 20, 0.2, 19),
        (3, "日常工作", "信息报送", "按时报送", "人工评价", 10, 0.1, 9),
        (4, None, "会议落实", "议定事项落实", "人工评价", 15, 0.15, 14),
        (5, "群众评价", "满意度", "第三方测评", "导入", 15, 0.15, 13.2),
        (6, None, "信访办结", "按期办结", "系统自动取数", 10, 0.1, 10),
    ]
    heads = [
        "序号",
        "考评模块",
        "考核指标",
        "考评内容",
        "系统评价要素",
        "分值",
        "考评权重",
        "考评得分",
    ]
    return Ledger("q9", "rules", "考评打分表", heads, rows, down=[(1, 0, 1), (1, 2, 3), (1, 4, 5)])


def q10() -> Ledger:
    """The group is merged down; the column 序时进度 is words as often as numbers."""
    rows = [
        ("经济指标", "GDP增速", "7%", 10, "完成得满分", "7.2%", "超序时", 10),
        (None, "财政收入", "86亿元", 10, "按比例得分", "64.5亿元", "达序时", 9.5),
        (None, "实到外资", "3亿美元", 10, "按比例得分", "1.9亿美元", "欠序时", 6.5),
        ("项目指标", "开工率", "100%", 15, "每低1点扣0.5分", "92%", "欠序时", 11),
        (None, "投产项目", "25个", 15, "按比例得分", "19个", "达序时", 12),
        ("民生指标", "新增学位", "4500个", 10, "按比例得分", "4500个", "超序时", 10),
    ]
    heads = ["类别", "指标", "目标", "分值", "评分标准", "完成情况", "序时进度", "得分"]
    return Ledger("q10", "kpis", "指标考核表", heads, rows, down=[(0, 0, 2), (0, 3, 4)])


LEDGERS: dict[str, Callable[[], Ledger]] = {
    make.__name__: make
    for make in (
        l1, l2, l3, l4, l5, l6, p1, p1b, p2, p3, p4, p5, p6, p7, p7b,
        q1, q2, q3, q4, q5, q6, q6b, q7, q8, q9, q10,
    )
}  # fmt: skip
