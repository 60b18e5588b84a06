import * as echarts from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
import { follow, onKeys, toggleHelp } from "./keys.js";

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

const INK = "#dbe7ff";
const FAINT = "#8fa5c9";
const LINE = "#24395f";
// Letters grow with the screen, as the page around them does.
const SIZE = Math.round(parseFloat(getComputedStyle(document.body).fontSize) * 0.92);
const axis = {
  axisLine: { lineStyle: { color: LINE } },
  axisTick: { show: false },
  axisLabel: { color: FAINT, fontSize: SIZE },
  splitLine: { lineStyle: { color: LINE, type: "dashed" } },
};

function data(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
}

function draw(id, option) {
  const box = document.getElementById(id);
  if (!box) return;
  const chart = echarts.init(box);
  chart.setOption({ animation: false, textStyle: { fontFamily: "inherit", color: INK }, ...option });
  new ResizeObserver(() => chart.resize()).observe(box);
}

const trend = data("trend-data");
if (trend) {
  draw("trend", {
    grid: { left: SIZE * 3.2, right: SIZE, top: SIZE * 2.4, bottom: SIZE * 2 },
    tooltip: { trigger: "axis", valueFormatter: (v) => (v == null ? "–" : `${v}%`) },
    legend: { top: 0, right: 8, textStyle: { color: FAINT, fontSize: SIZE }, itemHeight: 8, icon: "roundRect" },
    xAxis: { type: "category", data: trend.days, ...axis },
    yAxis: { type: "value", max: 100, ...axis, axisLabel: { ...axis.axisLabel, formatter: "{value}%" } },
    series: [
      { name: trend.names.plan, type: "line", data: trend.plan, symbol: "none", lineStyle: { color: "#8fa5c9", type: "dashed", width: 2 }, itemStyle: { color: "#8fa5c9" } },
      { name: trend.names.progress, type: "line", data: trend.progress, symbol: "none", lineStyle: { color: "#ffd166", width: 3 }, itemStyle: { color: "#ffd166" } },
      { name: trend.names.closed, type: "line", data: trend.closed, symbol: "none", lineStyle: { color: "#6ea8fe", width: 3 }, areaStyle: { color: "rgba(110,168,254,.16)" }, itemStyle: { color: "#6ea8fe" } },
    ],
  });
}

const day = document.querySelector("[data-day]");
day?.addEventListener("change", () => day.form.requestSubmit());

onKeys({
  "?": toggleHelp,
  ArrowLeft: follow("[data-go=previous]"),
  ArrowRight: follow("[data-go=next]"),
  f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.()),
  "g c": follow("[data-go=campaign]"),
  "g l": follow("[data-go=items]"),
  "g h": follow("[data-go=home]"),
});
