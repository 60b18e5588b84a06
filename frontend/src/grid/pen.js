// The one real input of the sheet. It always lies over the active cell and has the focus, so that what is typed,
// by whatever input method, begins in it; while nothing is typed it cannot be seen.
import { ROW, element } from "./table.js";

const OFFERED = 100;
const WIDEST = 420; // px, of a cell that is written in

export class Pen {
  isWriting = false;
  isTyped = false; // begun by typing over: then arrows commit, as in a spreadsheet

  constructor(table, { written, refused, moved, keyed, copied, pasted }) {
    Object.assign(this, { table, written, refused, moved });
    const box = table.scroller;
    [this.input, this.list, this.day] = [".sheet-pen", ".sheet-choices", ".sheet-day"].map((s) => box.querySelector(s));
    this.input.addEventListener("keydown", (event) => {
      // The input method has this key: it is no shortcut, whatever it is called.
      if (event.isComposing || event.keyCode === 229) return;
      if (this.isWriting ? this.#keyed(event) : keyed(event)) event.preventDefault();
    });
    this.input.addEventListener("compositionstart", () => this.begin({ text: null }));
    this.input.addEventListener("input", () => (this.isWriting ? this.#grow() : this.begin({ text: null })));
    this.input.addEventListener("focus", () => box.classList.add("is-here"));
    this.input.addEventListener("blur", () => box.classList.remove("is-here"));
    this.input.addEventListener("blur", () => setTimeout(() => this.isWriting && !this.#isHere() && this.commit()));
    for (const type of ["copy", "cut"]) this.input.addEventListener(type, (event) => !this.isWriting && copied(event));
    this.input.addEventListener("paste", (event) => !this.isWriting && pasted(event));
    this.list.addEventListener("pointerdown", (event) => this.#chosen(event));
    this.day.addEventListener("change", () => this.day.value && this.#put(this.day.value));
    this.day.nextElementSibling.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.day.showPicker();
    });
  }

  /** Stand ready over a cell. */
  stand(row, col, { column, text, label, isLocked }) {
    Object.assign(this, { row, col, column, text, isLocked });
    this.input.setAttribute("aria-label", label);
    this.input.setAttribute("aria-activedescendant", this.table.id(row, col));
    this.#lie();
  }

  focus() {
    this.input.focus({ preventScroll: true });
  }

  /** Begin to write: with the text of the cell, or (null) with what is being typed over it. */
  begin({ text = this.text } = {}) {
    if (this.isWriting) return;
    if (this.isLocked) {
      this.input.value = "";
      this.refused();
      return;
    }
    this.isWriting = true;
    this.isTyped = text === null;
    if (text !== null) this.input.value = text;
    this.table.show(this.row, this.col);
    this.input.classList.add("is-writing");
    this.day.parentElement.hidden = this.column.kind !== "date";
    this.#grow();
    this.focus();
  }

  commit() {
    const text = this.input.value;
    this.#end();
    if (text !== this.text) this.written(text);
  }

  leave() {
    this.#end();
  }

  #end() {
    this.isWriting = false;
    this.input.value = "";
    this.input.classList.remove("is-writing");
    this.list.hidden = this.day.parentElement.hidden = true;
    this.#lie();
  }

  #isHere() {
    return this.input.parentElement.contains(document.activeElement) && document.activeElement !== document.body;
  }

  #lie() {
    const { left, top, width } = this.table.box(this.row, this.col);
    Object.assign(this.input.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${ROW}px` });
  }

  // A long text is seen whole while it is written.
  #grow() {
    const { left, top, width } = this.table.box(this.row, this.col);
    const needed = [...this.input.value].reduce((sum, sign) => sum + (sign > "\u00ff" ? 14 : 8), 20);
    this.input.style.width = `${needed > width ? Math.max(width, Math.min(needed, WIDEST)) : width}px`;
    this.input.style.height = `${ROW}px`;
    this.input.style.height = `${Math.min(240, Math.max(ROW, this.input.scrollHeight + 2))}px`;
    Object.assign(this.day.parentElement.style, { left: `${left + width}px`, top: `${top}px` });
    this.#offer();
  }

  #offer() {
    const { kind, choices = [] } = this.column;
    const isNew = this.isTyped || this.input.value !== this.text;
    // Where a cell holds several names, the one that is being typed is completed.
    this.before = kind === "orgs" ? this.input.value.match(/^(.*[、,，;；\n])?/s)[0] : "";
    const typed = this.input.value.slice(this.before.length).trim().toLowerCase();
    const fit = isNew ? choices.filter((word) => word.toLowerCase().includes(typed)) : choices;
    this.list.replaceChildren(...fit.slice(0, OFFERED).map((word, n) => element("li", { role: "option", id: `choice-${n}`, "aria-selected": String(word === this.input.value) }, word)));
    this.list.hidden = !fit.length;
    const { left, top, width } = this.table.box(this.row, this.col);
    Object.assign(this.list.style, { left: `${left}px`, top: `${top + ROW}px`, minWidth: `${width}px` });
  }

  #mark(by) {
    const all = [...this.list.children];
    const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const to = all[(at + by + all.length) % all.length];
    all.forEach((one) => one.setAttribute("aria-selected", String(one === to)));
    to.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", to.id);
    this.input.value = this.before + to.textContent;
  }

  #chosen(event) {
    event.preventDefault();
    if (event.target.role === "option") this.#put(this.before + event.target.textContent);
  }

  #put(text) {
    this.input.value = text;
    this.commit();
    this.focus();
  }

  #keyed(event) {
    const { key } = event;
    const isOffered = !this.list.hidden && this.list.children.length > 0;
    if (isOffered && (key === "ArrowDown" || key === "ArrowUp")) return this.#mark(key === "ArrowDown" ? 1 : -1), true;
    if (key === "Escape") return this.leave(), this.moved(0, 0), true;
    if (key === "Enter" && event.altKey) return this.input.setRangeText("\n", this.input.selectionStart, this.input.selectionEnd, "end"), this.#grow(), true;
    if (key === "Enter") return this.#done(event.shiftKey ? -1 : 1, 0);
    if (key === "Tab") return this.#done(0, event.shiftKey ? -1 : 1);
    const arrow = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
    if (arrow && this.isTyped && !event.shiftKey) return this.#done(...arrow);
    return false;
  }

  #done(rows, cols) {
    this.commit();
    this.moved(rows, cols);
    return true;
  }
}
