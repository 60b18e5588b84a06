"""Words that ledgers print above their columns, by what they mean: the one table of them."""

from __future__ import annotations

# The words of our own pages, in both languages.
CORE: dict[str, tuple[str, ...]] = {
    "id": ("编号标识", "标识", "Id"),  # the hidden column in which ids travel
    "number": ("序号", "No", "Number", "#"),
    "code": ("编号", "Code"),
    "title": ("事项", "Item"),
    "battle": ("攻坚战", "Battle"),
    "org": ("主责单位", "Answering org", "Responsible"),
    "leader": ("牵头领导", "Leading official", "Leader"),
    "lead": ("牵头单位", "Lead org", "Lead unit", "Lead"),
    "owner": ("责任单位", "Responsible org", "Responsible unit", "Owner"),
    "support": ("配合单位", "Supporting org", "Supporting unit", "Support"),
    "overseer": ("监管单位", "督导单位", "Overseeing org", "Overseeing unit", "Overseer"),
    "contact": ("联络员", "联系人", "Contact"),
    "start_on": ("开始日期", "Start"),
    "due": ("时限", "Due"),
    "state": ("状态", "State"),
    "light": ("亮灯", "Light"),
    "progress": ("完成率", "Progress"),
    "report": ("进展、问题、下一步", "Report"),
    "report.progress": ("进展情况", "Progress made"),
    "report.problems": ("存在问题", "Problems"),
    "report.next_steps": ("下一步打算", "Next steps"),
    "target": ("目标", "Target"),
    "target.value": ("目标值", "Target value"),
    "target.rule": ("口径", "Counting rule"),
    "closed_on": ("销号日期", "Closed on"),
}

# Words that stand in the place of ours in ledgers that went through other hands.
VARIANTS: dict[str, tuple[str, ...]] = {
    "number": ("序", "序列", "顺序号", "项次"),
    "code": (
        "事项编号", "事项编码", "编码", "任务编号", "项目编号", "问题编号", "隐患编号", "清单编号", "统一编号",
    ),
    "title": (
        "事项名称", "任务名称", "工作任务", "重点工作任务", "重点任务", "重点工作", "重点工作事项", "主要任务",
        "工作任务内容", "任务内容", "具体任务", "具体事项", "具体工作任务", "工作内容", "工作事项", "工作项目", "任务", "事项内容",
        "项目", "项目名称", "重点项目", "重点项目名称", "攻坚项目", "攻坚任务", "攻坚事项", "行动名称", "内容与要求", "督办事项",
        "问题名称", "隐患名称", "指标", "指标名称",
    ),
    "battle": ("所属攻坚战", "攻坚战役", "攻坚战名称", "战役", "所属战役", "攻坚行动", "所属板块"),
    "leader": (
        "牵头区领导", "牵头县领导", "牵头市领导", "分管领导", "分管区领导", "包案领导", "包案领导姓名", "包抓领导", "责任领导",
        "挂钩领导", "挂帅领导", "联系领导", "领衔领导", "区领导", "县领导", "市领导",
    ),
    "lead": ("牵头部门", "牵头责任单位", "牵头责任部门", "主牵头单位", "总牵头单位"),
    "owner": (
        "责任部门", "承办单位", "承办部门", "主办单位", "主办部门", "责任主体", "落实单位", "实施单位", "具体责任单位",
        "主体责任单位", "整改单位", "整改责任单位", "责任科室", "责任单位部门", "考核责任单位",
    ),
    "support": (
        "配合部门", "协办单位", "协办部门", "参与单位", "主要参与单位", "协同单位", "协作单位", "协同部门", "配合责任单位",
        "参加单位",
    ),
    "overseer": ("监管部门", "督导部门", "督办单位", "监督单位", "监督部门", "验收单位", "督查单位", "督导组", "督导组别"),
    "contact": ("联络人", "经办人", "具体联系人", "督办联系人", "工作联系人"),
    "start_on": ("开始时间", "启动时间", "启动日期", "起始时间", "起始日期", "交办时间", "交办日期"),
    "due": (
        "完成时限", "完成时间", "完成日期", "时限要求", "办结时限", "截止时间", "截止日期", "完成期限", "办理时限", "整改时限",
        "交办时限", "完成时限要求", "计划完成时间", "计划完成日期", "计划完成日", "预计完成时间", "预计完成日期", "要求完成时间",
        "预计化解时间", "时间节点", "节点时间", "最后期限",
    ),
    "state": ("办理状态", "当前状态", "任务状态", "销号状态", "整改状态"),
    "light": ("亮灯情况", "亮灯状态", "灯色", "红黄绿灯"),
    "progress": ("进度", "完成进度", "当前进度", "完成比例", "完成百分比"),
    "report": (
        "进展情况、存在问题及下一步打算", "进展情况、存在问题及下步打算", "进展情况、存在的问题、下一步措施", "进展情况及存在问题",
        "进展情况及下一步打算", "工作进展及下一步打算", "工作进展、存在问题及下步打算", "工作进展及存在问题", "推进情况及存在问题",
        "完成情况及下一步打算",
    ),
    "report.progress": (
        "完成情况", "工作进展", "工作进展情况", "推进情况", "工作推进情况", "落实情况", "落实推进情况", "目前进展", "目前进展情况",
        "最新进展", "当前进展", "整改情况", "整改进展", "整改进展情况", "办理情况", "办理进展", "项目进展", "项目进展情况",
    ),
    "report.problems": (
        "存在的问题", "存在困难", "主要问题", "问题和困难", "问题与困难", "存在问题及困难", "存在的困难和问题", "困难问题",
        "需协调问题", "需协调解决的问题", "需要协调解决的问题", "存在的主要问题",
    ),
    "report.next_steps": (
        "下步打算", "下一步措施", "下步措施", "下一步工作", "下步工作", "下一步计划", "下步计划", "下一步工作计划",
        "下步工作计划", "下一步工作打算", "下步工作打算", "下一步工作措施", "工作打算",
    ),
    "target": ("工作目标", "目标任务", "目标内容", "量化目标", "目标要求"),
    "target.value": ("目标数", "指标值", "数值"),
    "target.rule": ("统计口径", "计算口径", "指标口径"),
    "closed_on": (
        "销号时间", "办结日期", "办结时间", "实际完成日期", "实际完成时间", "实际完成日", "销号日",
    ),
}  # fmt: skip

# Words that mean either, until the cells below tell: a share of the work done, or words about it.
EITHER: dict[str, tuple[str, ...]] = {"进展": ("progress", "report.progress")}
