// The desk on which the parts of the table lie: it knows rows, columns and edits, and tells the others of them.
import { Address } from "./address.js";
import { showChooser } from "./chooser.js";
import { Columns } from "./columns.js";
import { Edits } from "./edits.js";
import { Hands } from "./hands.js";
import { Notices, reasonId } from "./notices.js";
import { Pen } from "./pen.js";
import { Selection } from "./selection.js";
import { Table } from "./table.js";
import { Undo } from "./undo.js";
import { Windows } from "./windows.js";

export class Desk {
  constructor(page, config) {
    this.config = config;
    this.find = (name) => page.querySelector(`[data-${name}]`);
    this.notices = new Notices(page, config.words);
    this.say = (key, facts) => this.notices.say(key, facts);
    this.address = new Address(config);
    this.bySource = new Map(this.address.columns.map((c) => [c.source, c]));
    page.classList.add("is-ready");
    const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
    const kept = config.is_chosen ? "" : localStorage.getItem(config.store);
    this.columns = new Columns(this.address.columns, this.find("columns"), { key: config.store, kept, changed: () => this.#relay(), chosen: () => this.address.carry(this.columns) });
    this.windows = new Windows(() => config.rows + this.address.asked(this.columns), { changed: () => this.#loaded(), failed: () => this.#notLoaded() });
    this.edits = new Edits({
      address: () => config.cells + this.address.asked(this.columns),
      token,
      windows: this.windows,
      place: config.store,
      person: config.person,
      isPersonal: (source) => this.bySource.get(source)?.kind === "personal",
      told: () => this.#told(),
      saved: (given, isStale) => this.#saved(given, isStale),
      failed: (error) => this.#failed(error),
    });
    this.selection = new Selection(() => ({ rows: this.rows, cols: this.cols }), { moved: () => this.#moved(), covered: () => this.#stand() });
    this.table = new Table(this.find("sheet"), this.columns, this.#source(), { viewed: (first, last) => this.windows.look(first, last), pressed: (...what) => this.#pressed(...what) });
    this.undo = new Undo(this.find("undo"), token, { notices: this.notices, edits: this.edits, undone: () => this.#undone(), focus: () => this.focus() });
    this.hands = new Hands(this, { selection: this.selection, table: this.table, edits: this.edits, notices: this.notices, undo: this.undo });
    this.pen = new Pen(this.table, {
      written: (text) => this.edits.type([this.typed(this.selection.row, this.selection.col, text)]),
      refused: () => this.notices.warn(this.whyLocked(this.selection.row, this.selection.col)),
      moved: (rows, cols) => (cols ? this.selection.next(cols) : this.selection.step(rows, 0)),
      keyed: (event) => this.hands.key(event),
      copied: (event) => this.hands.copy(event),
      pasted: (event) => this.hands.paste(event),
    });
  }

  /** Draw the table and fetch what is in view. */
  open() {
    this.#relay();
    this.#told();
    (window.requestIdleCallback ?? setTimeout)(() => this.#sum());
  }

  get rows() {
    return (this.windows.n ?? 0) + this.edits.news.length;
  }

  get cols() {
    return this.columns.shown.length;
  }

  get mayAdd() {
    return this.config.may_add && !this.windows.isMore;
  }

  /** The row at a place: of the list, or a new one after its end. */
  row(place) {
    const n = this.windows.n ?? 0;
    return place < n ? this.windows.row(place) : this.edits.news[place - n];
  }

  text(place, col) {
    return this.edits.text(this.row(place), this.columns.shown[col].source);
  }

  typed(place, col, text) {
    return { row: this.row(place), place, source: this.columns.shown[col].source, text: text.trim() };
  }

  isHere(top, bottom) {
    for (let place = top; place <= bottom; place++) if (!this.row(place)) return false;
    return true;
  }

  /** Have some rows of the list here, as far as it goes. */
  async have(top, bottom) {
    const { windows } = this;
    if (windows.n === null) return false;
    const last = windows.isMore ? bottom : Math.min(bottom, windows.n - 1);
    try {
      if (top <= last) await windows.have(top, last);
    } catch {
      return false;
    }
    return this.isHere(top, Math.min(bottom, this.rows - 1));
  }

  /** Why a cell cannot be written in; empty where it can. */
  whyLocked(place, col) {
    const row = this.row(place), column = this.columns.shown[col];
    if (!row) return this.rows ? this.say("waiting") : "";
    if (!column.is_editable) return this.say(column.why);
    return row.locked?.includes(column.source) ? this.say("locked_cell") : "";
  }

  begin() {
    this.pen.begin();
  }

  focus() {
    this.pen.focus();
  }

  #source() {
    const { selection } = this;
    return {
      n: () => this.rows,
      row: (place) => this.row(place),
      cell: (row, column) => this.#look(row, column),
      isIn: (row, col) => selection.has(row, col),
      isActive: (row, col) => row === selection.row && col === selection.col,
    };
  }

  /** What a cell shows: its text, and the marks of what is unsaved, refused or contested. */
  #look(row, column) {
    const { source } = column, edit = this.edits.of(row.id, source), text = edit?.text ?? row.cells[source] ?? "";
    const isLocked = !column.is_editable || Boolean(row.locked?.includes(source));
    const marks = [edit && `is-${edit.state}`, isLocked && "is-locked", source === "light" && `light-${row.light}`, source === "due" && row.due === "late" && "is-late"];
    const found = { text: text.replaceAll("\n", " ⏎ "), title: text, isLocked, marks: marks.filter(Boolean).join(" ") };
    if (source === "light") found.shape = this.config.lights[row.light]?.shape;
    if (source === "code") found.href = row.href;
    if (source === "title" && row.listed) found.note = row.listed;
    if (edit?.state === "wrong" || edit?.state === "conflict")
      Object.assign(found, { isWrong: true, reason: reasonId(edit), title: edit.why || this.notices.contested(edit) });
    return found;
  }

  #relay() {
    const before = this.askedFor;
    this.askedFor = this.address.asked(this.columns);
    this.table.lay();
    showChooser(this.find("chooser"), this.columns, this.say);
    this.#moved();
    if (before !== undefined && before !== this.askedFor) this.windows.again();
  }

  #moved() {
    if (this.pen.isWriting) this.pen.commit();
    if (this.windows.n !== null) this.table.show(this.selection.toRow, this.selection.toCol);
    this.#stand();
  }

  /** Put the pen over the active cell and say what it holds. */
  #stand() {
    if (this.pen.isWriting) return;
    const { row, col } = this.selection, facts = this.row(row), column = this.columns.shown[col];
    const text = facts ? this.edits.text(facts, column.source) : "", why = this.whyLocked(row, col);
    const label = this.say("cell", { row: row + 1, column: column.head, text: text || this.say("blank") });
    this.pen.stand(row, col, { column, text, isLocked: Boolean(why), label: why ? `${label} ${why}` : label });
    this.#showLine(facts, column, { text, why });
    this.table.draw();
  }

  #showLine(row, column, { text, why }) {
    const edit = row && this.edits.of(row.id, column.source), links = this.find("links");
    this.find("place").textContent = row ? `${row.code || this.say("new_row")} · ${column.head}` : "";
    this.find("text").textContent = row ? text || this.say("blank") : "";
    this.find("why").textContent = edit?.why || why || column.help || "";
    this.find("why").classList.toggle("is-fault", Boolean(edit?.why));
    links.hidden = !row?.href;
    if (row?.href) [links.children[0].href, links.children[1].href] = [row.href, `${row.href}history`];
  }

  #pressed(type, { row, col }, event) {
    if (type === "pointerover" && !(event.buttons & 1)) return;
    if (this.pen.isWriting && type !== "pointerover") this.pen.commit();
    this.selection.go(row, col, { extend: event.shiftKey || type === "pointerover" });
    if (type === "pointerdown") event.preventDefault();
    this.pen.focus();
    if (type === "dblclick") this.pen.begin();
  }

  #loaded() {
    const { windows } = this;
    this.find("count").textContent = windows.n === null ? "" : this.say(windows.isMore ? "count_more" : "count", { n: windows.n });
    this.table.grid.setAttribute("aria-rowcount", windows.isMore ? -1 : this.rows + 2);
    this.find("none").hidden = windows.n !== 0 || this.edits.news.length > 0;
    this.#stand();
  }

  #notLoaded() {
    const again = () => (this.notices.setStatus(""), this.windows.again());
    this.notices.setStatus(this.say("not_loaded"), this.notices.button("try_again", again));
  }

  #told() {
    this.notices.showHeld(this.edits, { to: (one) => this.#open(one), named: (one) => this.#named(one) });
    if (this.edits.all.some((e) => e.state === "saving")) this.notices.setStatus(this.say("saving"));
    else if (this.edits.wrong.length || this.edits.conflicts.length) this.notices.setStatus(this.say("held"));
    this.#stand();
  }

  #placeOf(one) {
    if (one.id.startsWith("new-")) return this.windows.n + this.edits.news.findIndex((row) => row.id === one.id);
    const place = this.windows.place(one.id);
    return place < 0 ? one.place : place;
  }

  #named(one) {
    const column = this.bySource.get(one.source)?.head ?? one.source;
    return this.say("named", { row: this.#placeOf(one) + 1, column });
  }

  #open(one) {
    const col = this.columns.shown.findIndex((c) => c.source === one.source);
    this.selection.go(this.#placeOf(one), Math.max(0, col));
    this.pen.focus();
  }

  #saved(given, isStale) {
    if (isStale) this.windows.again();
    const at = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
    this.notices.setStatus(this.say(given.event ? "saved" : "unchanged", { at }));
    if (!given.event) return;
    this.undo.keep(given.undo, this.say("changed", { n: given.n_changed }));
    this.#sum();
  }

  #failed(error) {
    const known = { 401: "signed_out", 403: "no_right", 404: "no_right" }[error.status];
    const why = error.why || this.say(known ?? (error.status ? "server_fault" : "no_line"));
    const text = this.say("not_saved", { why: why.replace(/[.。]$/, "") });
    this.notices.setStatus(text, this.notices.button("try_again", () => this.edits.send()));
    this.notices.announce(text);
  }

  #undone() {
    this.windows.again();
    this.#sum();
  }

  /** Fetch the sums of the columns; the table is there without them. */
  async #sum() {
    const answer = await fetch(this.config.totals + this.address.asked(this.columns)).catch(() => null);
    if (!answer?.ok) return;
    const given = await answer.json();
    this.table.sums = given.sums;
    this.table.foot.title = given.is_cut ? this.say("sums_cut") : "";
    this.table.layFoot();
  }
}
