// The list of columns: shown or not, where, how wide, how many stay in place.
import { element } from "./table.js";

export function showChooser(box, columns, say) {
  const act = (label, does, isOff = false) => {
    const made = element("button", { type: "button", class: "tiny", "aria-label": label[1], title: label[1], disabled: isOff }, label[0]);
    made.addEventListener("click", does);
    return made;
  };
  const last = columns.order.length - 1;
  const rows = columns.order.map((column, n) => {
    const tick = element("input", { type: "checkbox", checked: !column.isShut, disabled: !column.isShut && columns.shown.length === 1 });
    tick.addEventListener("change", () => columns.set((order) => (order[n].isShut = !tick.checked)));
    const facts = { column: column.head };
    return element("li", {}, element("label", { class: "tick" }, tick, column.head),
      act(["↑", say("earlier", facts)], () => columns.move(column.source, -1), n === 0), act(["↓", say("later", facts)], () => columns.move(column.source, 1), n === last),
      act(["−", say("narrower", facts)], () => columns.resize(column.source, column.width - 24)), act(["+", say("wider", facts)], () => columns.resize(column.source, column.width + 24)));
  });
  const frozen = element("input", { type: "number", min: 0, max: 6, value: columns.frozen });
  frozen.addEventListener("change", () => columns.set(() => (columns.frozen = Math.max(0, Math.min(6, Number(frozen.value))))));
  const reset = element("button", { type: "button" }, say("reset"));
  reset.addEventListener("click", () => columns.reset());
  const again = box.contains(document.activeElement) ? [...box.querySelectorAll("button, input")].indexOf(document.activeElement) : -1;
  box.replaceChildren(element("ul", {}, ...rows), element("label", { class: "tick" }, say("frozen"), frozen), reset);
  box.querySelectorAll("button, input")[again]?.focus();
}
