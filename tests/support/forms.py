"""A campaign with a register of projects, and forms as other offices send them."""

from __future__ import annotations

PLAYBOOK = """
format: 2
key: projects
version: 1
label: {zh: 项目攻坚, en: Projects}
registers:
  - key: projects
    label: {zh: 工程清单, en: Works}
    code_prefix: GC
    workflow: plain
    lights: plain
    fields:
      - {key: invest, type: money, unit: 万元, label: {zh: 总投资, en: Investment}}
      - {key: site, type: text, label: {zh: 建设地点, en: Site}}
      - {key: stage, type: choice, choices: [前期, 在建, 竣工], label: {zh: 建设阶段, en: Stage}}
      - {key: land, type: number, unit: 亩, label: {zh: 用地面积, en: Land}}
      - {key: phone, type: text, personal: true, label: {zh: 业主手机, en: Phone of the owner}}
      - {key: secret, type: text, see: [leader], edit: [leader], label: {zh: 谈判底价, en: Floor price}}
workflows:
  - key: plain
    initial: assigned
    states:
      - {key: assigned, category: open, label: {zh: 已交办, en: Assigned}}
      - {key: closed, category: closed, label: {zh: 已销号, en: Closed}}
    steps:
      - {key: report, label: {zh: 填报, en: Report}, sources: [assigned], target: assigned,
         roles: [contact, office], requires: [[progress, no_change]]}
      - {key: close_out, label: {zh: 销号, en: Close out}, sources: [assigned], target: closed,
         roles: [office], grants: true}
lights:
  - {code: green, shape: circle, colour: "#3fc380", word: {zh: 绿灯, en: Green}, meaning: {zh: 按序时, en: On time}}
  - {code: yellow, shape: triangle, colour: "#f5c451", word: {zh: 黄灯, en: Yellow}, meaning: {zh: 临期, en: Soon}}
  - {code: red, shape: square, colour: "#ff6b6b", word: {zh: 红灯, en: Red}, meaning: {zh: 逾期, en: Late}}
  - {code: done, shape: check, colour: "#6ea8fe", word: {zh: 销号, en: Closed}, meaning: {zh: 销号, en: Closed}}
  - {code: none, shape: dash, colour: "#93a1b5", word: {zh: 未定, en: No date}, meaning: {zh: 未定, en: No date}}
light_rules:
  - {key: plain, soon_days: 7, behind_yellow: 1500, behind_red: 3000}
role_words:
  - {role: lead, word: {zh: 牵头单位, en: Lead org}}
  - {role: owner, word: {zh: 责任单位, en: Responsible org}}
"""
