// What hands do in the sheet: keys, copy, paste, fill. It asks the desk for cells and hands texts back.
import { read, write } from "./clipboard.js";

export const MOST = 5000; // rows in one stroke; more is the work of an import or a bulk edit

export class Hands {
  constructor(desk, { selection, table, edits, notices, undo }) {
    Object.assign(this, { desk, selection, table, edits, notices, undo });
  }

  /** Act on a key outside a cell; true where the key is used up. */
  key(event) {
    const { key, shiftKey: extend } = event;
    if (event.ctrlKey || event.metaKey) return this.#withControl(key.toLowerCase(), extend);
    if (event.altKey) return false;
    const { selection, table } = this;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-table.pageRows, 0], PageDown: [table.pageRows, 0] }[key];
    if (step) return selection.step(...step, extend), true;
    if (key === "Home" || key === "End") return selection.go(extend ? selection.toRow : selection.row, key === "Home" ? 0 : Infinity, { extend }), true;
    if (key === "Tab") return !this.isLeaving && selection.next(extend ? -1 : 1);
    this.isLeaving = key === "Escape";
    if (key === "Escape") return this.notices.announce(this.notices.say("leaving")), true;
    if (key === "Enter" || key === "F2") return this.desk.begin(), true;
    if (key === "Delete" || key === "Backspace") return this.empty(), true;
    return false;
  }

  #withControl(key, extend) {
    const { selection } = this;
    const [row, col] = extend ? [selection.toRow, selection.toCol] : [selection.row, selection.col];
    const jump = { arrowup: [0, col], arrowdown: [Infinity, col], arrowleft: [row, 0], arrowright: [row, Infinity], home: [0, 0], end: [Infinity, Infinity] }[key];
    if (jump) return selection.go(...jump, { extend }), true;
    const act = { d: () => this.fill(1, 0), r: () => this.fill(0, 1), z: () => this.undo.back(), a: () => this.#all() }[key];
    act?.();
    return Boolean(act);
  }

  #all() {
    this.selection.go(0, 0);
    this.selection.go(Infinity, Infinity, { extend: true });
  }

  /** Have the rows of the range here; false, with a word, where they are too many. */
  async #ready({ top, bottom }) {
    if (bottom - top < MOST) return this.desk.have(top, bottom);
    this.notices.setStatus(this.notices.say("too_many", { n: MOST }));
    return false;
  }

  /** Give texts to cells: those that are locked stay as they are, and are counted aloud. */
  #give(cells) {
    const open = cells.filter(({ place, col }) => !this.desk.whyLocked(place, col));
    const shut = cells.length - open.length;
    this.edits.type(open.map(({ place, col, text }) => this.desk.typed(place, col, text)));
    if (shut) this.notices.warn(this.notices.say("locked_out", { n: shut }));
  }

  async empty() {
    const range = this.selection.range;
    if (await this.#ready(range)) this.#give([...this.selection.cells()].map(({ row, col }) => ({ place: row, col, text: "" })));
  }

  /** Fill the range from its first row or column; a single one is filled from the one before it. */
  async fill(rows, cols) {
    const range = { ...this.selection.range };
    const isSingle = rows ? range.top === range.bottom : range.left === range.right;
    if (isSingle) range[rows ? "top" : "left"] -= 1;
    if (range.top < 0 || range.left < 0 || !(await this.#ready(range))) return;
    const cells = [];
    for (let row = range.top + rows; row <= range.bottom; row++)
      for (let col = range.left + cols; col <= range.right; col++)
        cells.push({ place: row, col, text: this.desk.text(rows ? range.top : row, cols ? range.left : col) });
    this.#give(cells);
  }

  copy(event) {
    event.preventDefault();
    const { top, bottom, left, right } = this.selection.range;
    if (!this.desk.isHere(top, bottom)) {
      this.#ready({ top, bottom }).then((isHere) => isHere && this.notices.setStatus(this.notices.say("copy_again")));
      return;
    }
    const rows = [];
    for (let row = top; row <= bottom; row++) rows.push(Array.from({ length: right - left + 1 }, (_, n) => this.desk.text(row, left + n)));
    write(event.clipboardData, rows);
    this.notices.announce(this.notices.say("copied", { n: rows.length * rows[0].length }));
    if (event.type === "cut") this.empty();
  }

  async paste(event) {
    event.preventDefault();
    let block = read(event.clipboardData);
    const { top, left, bottom, right } = this.selection.range;
    if (block.length === 1 && block[0].length === 1 && (bottom > top || right > left))
      block = Array.from({ length: bottom - top + 1 }, () => Array(right - left + 1).fill(block[0][0]));
    if (!(await this.#ready({ top, bottom: top + block.length - 1 }))) return;
    const out = { rows: Math.max(0, top + block.length - this.desk.rows), cols: Math.max(0, left + block[0].length - this.desk.cols) };
    if (out.rows || out.cols) block = await this.#fitted(block, out);
    if (!block) return;
    this.#give(block.flatMap((row, y) => row.map((text, x) => ({ place: top + y, col: left + x, text }))).filter((c) => c.text !== null));
    this.selection.cover(top, left, block.length, block[0].length);
  }

  /** Ask what becomes of rows and columns that would fall outside: never cut unasked. */
  async #fitted(block, out) {
    const { notices, desk } = this;
    const mayAdd = out.rows > 0 && desk.mayAdd;
    const facts = { rows: block.length, cols: block[0].length, out_rows: out.rows, out_cols: out.cols };
    const what = out.cols ? (out.rows ? "falls_outside" : "falls_beside") : "falls_below";
    const answer = await notices.ask(notices.say(what, facts), mayAdd ? ["add_rows", "cut"] : ["cut"], facts);
    desk.focus();
    if (!answer) return null;
    if (answer === "add_rows") this.edits.add(out.rows);
    const rows = block.length - (answer === "add_rows" ? 0 : out.rows);
    return block.slice(0, rows).map((row) => row.slice(0, block[0].length - out.cols));
  }
}
