"""The offices of the demonstration: public names of a district's offices, posts, and desks instead of people."""

from __future__ import annotations

from dataclasses import dataclass

GROUPS = (("departments", "部门", "Departments"), ("towns", "镇街", "Towns"),
          ("taskforces", "专班", "Task forces"), ("platforms", "平台", "Platforms"))  # fmt: skip
DEPARTMENTS = (
    "区委办", "区委组织部", "区委宣传部", "区委政法委", "区委改革办", "区委督查室", "区纪委区监委", "区发改局",
    "区经信局", "区住建局", "区交通运输局", "区商务局", "区科技局", "区统计局", "区审计局", "区财政局", "区金融办",
    "区信访局", "区应急管理局", "区生态环境分局", "区自然资源分局", "区公安分局", "区城管局", "区综合行政执法局",
    "区水利局", "区文旅局", "区民政局", "区卫健局", "区教育局", "区体育局", "区人力社保局", "区大数据局", "区税务局",
    "区美丽办", "区外办", "区残联", "区投资促进中心", "区投资促进局", "区消防救援大队", "区供电公司",
)  # fmt: skip
TOWNS = ("城东街道", "城西街道", "城南街道", "城北街道", "湖塘镇", "江湾镇", "石桥镇", "柳溪镇")
TASKFORCES = ("区数字化改革专班", "区亚运专班")
PLATFORMS = ("滨海新区管委会", "经开区管委会", "钱江世纪城")
ENGLISH = {
    "区委办": "Party Office", "区发改局": "Development and Reform", "区经信局": "Industry Bureau",
    "区住建局": "Housing and Construction", "区交通运输局": "Transport Bureau", "区商务局": "Commerce Bureau",
    "区科技局": "Science Bureau", "区统计局": "Statistics Bureau", "区审计局": "Audit Bureau",
    "区财政局": "Finance Bureau", "区金融办": "Financial Office", "区信访局": "Petitions Bureau",
    "区应急管理局": "Emergency Bureau", "区生态环境分局": "Environment Branch",
    "区自然资源分局": "Land Branch", "区公安分局": "Police Branch", "区城管局": "City Management",
    "区水利局": "Water Bureau", "区文旅局": "Culture and Tourism", "区体育局": "Sports Bureau",
    "区大数据局": "Data Bureau", "区美丽办": "Beautiful City Office", "区委宣传部": "Publicity Department",
    "区委政法委": "Political and Legal Committee", "区数字化改革专班": "Digital Reform Task Force",
    "滨海新区管委会": "Binhai New Area", "经开区管委会": "Development Zone", "钱江世纪城": "Qianjiang Century City",
    "区外办": "Foreign Affairs", "区民政局": "Civil Affairs", "区委改革办": "Reform Office",
    "区委组织部": "Organisation Department", "区委督查室": "Inspection Office",
    "区纪委区监委": "Discipline and Supervision", "区综合行政执法局": "Law Enforcement Bureau",
    "区卫健局": "Health Bureau", "区教育局": "Education Bureau", "区人力社保局": "Labour Bureau",
    "区税务局": "Tax Bureau", "区残联": "Disabled Persons' Federation",
    "区投资促进中心": "Investment Centre", "区投资促进局": "Investment Bureau",
    "区消防救援大队": "Fire and Rescue", "区供电公司": "Power Company", "城东街道": "Chengdong",
    "城西街道": "Chengxi", "城南街道": "Chengnan", "城北街道": "Chengbei", "湖塘镇": "Hutang",
    "江湾镇": "Jiangwan", "石桥镇": "Shiqiao", "柳溪镇": "Liuxi", "区亚运专班": "Games Task Force",
}  # fmt: skip
LEADERS = (
    ("区委副书记", "Deputy district party secretary"),
    ("区委办主任", "Director of the district party office"),
    ("常务副区长", "Executive deputy district head"),
    ("分管投资副区长", "Deputy district head for investment"),
    ("分管自然资源副区长", "Deputy district head for land"),
    ("区委政法委书记", "Secretary of the political and legal committee"),
    ("分管建设副区长", "Deputy district head for construction"),
    ("分管城管副区长", "Deputy district head for city management"),
    ("分管商务副区长", "Deputy district head for commerce"),
    ("分管社会事业副区长", "Deputy district head for social affairs"),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A demonstration user: a desk, never a person."""

    username: str
    name: str
    name_en: str
    role: str
    org: str = ""  # empty: the whole campaign


DESKS = (
    Desk("office", "攻坚办", "Campaign office", "office"),
    Desk("office2", "攻坚办（复核岗）", "Campaign office (reviewer)", "office"),
    Desk("leader", "牵头区领导", "Leading official", "leader"),
    Desk("secretary", "领导秘书", "Secretary", "secretary"),
    Desk(
        "principal",
        "区住建局一把手",
        "Principal, Housing and Construction",
        "principal",
        "区住建局",
    ),
    Desk("contact", "区住建局联络员", "Contact, Housing and Construction", "contact", "区住建局"),
    Desk("town", "城东街道联络员", "Contact, Chengdong", "contact", "城东街道"),
    Desk("inspector", "督导组", "Inspection group", "inspector"),
    Desk("assessor", "考评办", "Assessment office", "assessor"),
    Desk("statistics", "区统计局数据岗", "Statistics desk", "statistics"),
    Desk("auditor", "审计", "Auditor", "auditor"),
    Desk("viewer", "查看", "Viewer", "viewer"),
    Desk("public", "公众", "The public", "public"),
)
