// The page of a register as a table that is written in: it joins the parts of grid/ to the page.
import { Columns } from "./grid/columns.js";
import { showChooser } from "./grid/chooser.js";
import { Edits } from "./grid/edits.js";
import { Hands } from "./grid/hands.js";
import { Notices, reasonId } from "./grid/notices.js";
import { Pen } from "./grid/pen.js";
import { Selection } from "./grid/selection.js";
import { Table } from "./grid/table.js";
import { Windows } from "./grid/windows.js";

const page = document.querySelector("[data-grid]");
const config = JSON.parse(document.getElementById("grid-config").textContent);
const query = location.search;
const find = (name) => page.querySelector(`[data-${name}]`);
const notices = new Notices(page, config.words);
const say = notices.say.bind(notices);
const isNarrow = matchMedia("(max-width: 600px)").matches && location.hash !== "#try";

if (isNarrow) showList();
else start();

// A phone has no keys for a table: it gets the list, and a link to try.
async function showList() {
  const answer = await fetch(config.list + query);
  const list = new DOMParser().parseFromString(await answer.text(), "text/html");
  find("list").append(...list.querySelectorAll("main .table-wrap, main .table-wrap + .page-links, main .empty-state"));
  find("try").addEventListener("click", () => setTimeout(() => location.reload()));
}

function start() {
  page.classList.add("is-ready");
  const scroller = find("sheet");
  const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
  const done = []; // what was saved from here, the newest last: Ctrl+Z takes it back

  for (const column of config.columns) {
    if (!column.sort) continue;
    const next = new URLSearchParams(query), now = next.get("sort");
    column.sorted = { [column.sort]: "ascending", [`-${column.sort}`]: "descending" }[now] ?? "";
    next.set("sort", column.sorted === "ascending" ? `-${column.sort}` : column.sort);
    column.sortHref = `?${next}`;
  }
  for (const column of config.columns) if (!column.choices.length) column.choices = config.offers[column.kind] ?? [];
  const bySource = new Map(config.columns.map((c) => [c.source, c]));
  const served = new Set(config.columns.filter((c) => !c.is_shut).map((c) => c.source));
  const kept = config.is_chosen ? "" : localStorage.getItem(config.store);
  const columns = new Columns(config.columns, find("columns"), { key: config.store, kept, changed: relaid });
  const windows = new Windows(() => `${config.rows}${asked()}`, { changed: () => (showCount(), table.draw()), failed: () => notices.setStatus(say("not_loaded"), notices.button("try_again", () => (notices.setStatus(""), windows.again()))) });
  const edits = new Edits({ address: () => `${config.cells}${asked()}`, token, windows, store: `${config.store}:${config.person}`, isPersonal: (source) => bySource.get(source)?.kind === "personal", told, saved, failed });

  const desk = {
    get rows() { return (windows.n ?? 0) + edits.news.length; },
    get cols() { return columns.shown.length; },
    mayAdd: config.may_add,
    row: (place) => (place < (windows.n ?? 0) ? windows.row(place) : edits.news[place - windows.n]),
    text: (place, col) => edits.text(desk.row(place), columns.shown[col].source),
    typed: (place, col, text) => ({ row: desk.row(place), place, source: columns.shown[col].source, text: text.trim() }),
    isHere: (top, bottom) => { for (let n = top; n <= bottom; n++) if (!desk.row(n)) return false; return true; },
    async have(top, bottom) {
      if (windows.n !== null) await windows.have(top, windows.isMore ? bottom : Math.min(bottom, windows.n - 1));
      return windows.n !== null;
    },
    whyLocked(place, col) {
      const row = desk.row(place), column = columns.shown[col];
      if (!row || config.readonly) return say(row ? "locked_past" : "waiting");
      if (!column.is_editable) return say("locked_column");
      return row.locked.includes(column.source) ? say("locked_cell") : "";
    },
    begin: () => pen.begin(),
    focus: () => pen.focus(),
  };
  const selection = new Selection(() => ({ rows: desk.rows, cols: desk.cols }), { moved, covered: () => stand() });
  const table = new Table(scroller, columns, {
    n: () => desk.rows,
    row: desk.row,
    cell: look,
    isIn: (row, col) => selection.has(row, col),
    isActive: (row, col) => row === selection.row && col === selection.col,
  }, { viewed: (first, last) => windows.look(first, last), pressed });
  const hands = new Hands(desk, { selection, table, edits, notices, undo });
  const pen = new Pen(table, {
    written: (text) => edits.type([desk.typed(selection.row, selection.col, text)]),
    refused: () => notices.warn(desk.whyLocked(selection.row, selection.col)),
    moved: (rows, cols) => (cols ? selection.next(cols) : selection.step(rows, 0)),
    keyed: (event) => hands.key(event),
    copied: (event) => hands.copy(event),
    pasted: (event) => hands.paste(event),
  });

  /** The question of the page; columns that it does not name and that were chosen here are asked for besides. */
  function asked() {
    const question = new URLSearchParams(query), shown = columns.shown.map((c) => c.source);
    if (!shown.every((source) => served.has(source))) question.set("columns", shown.join(","));
    return `?${question}`;
  }

  let askedFor = "";
  function relaid() {
    const isNew = askedFor !== (askedFor = asked());
    table.lay();
    showChooser(find("chooser"), columns, say);
    selection.go(selection.row, selection.col);
    if (isNew) windows.again();
  }

  /** What a cell shows: its text, and the marks of what is unsaved, refused or contested. */
  function look(row, column) {
    const { source } = column, edit = edits.of(row.id, source), text = edit?.text ?? row.cells[source] ?? "";
    const isLocked = config.readonly || !column.is_editable || row.locked.includes(source);
    const found = { text: text.replaceAll("\n", " ⏎ "), title: text, isLocked, marks: [edit && `is-${edit.state}`, isLocked && "is-locked"].filter(Boolean).join(" ") };
    if (source === "light") found.shape = config.lights[row.light]?.shape;
    if (source === "light") found.marks += ` light-${row.light}`;
    if (source === "code") found.href = row.href;
    if (source === "title" && row.listed) found.note = row.listed;
    if (edit?.why || edit?.state === "conflict") Object.assign(found, { isWrong: true, reason: reasonId(edit), title: edit.why || say("contested", { ...edit, mine: text }) });
    return found;
  }

  function moved() {
    if (pen.isWriting) pen.commit();
    if (windows.n !== null) table.show(selection.toRow, selection.toCol);
    stand();
  }

  function stand() {
    const { row, col } = selection, facts = desk.row(row), column = columns.shown[col];
    if (pen.isWriting) return;
    const text = facts ? edits.text(facts, column.source) : "", why = desk.whyLocked(row, col);
    pen.stand(row, col, { column, text, isLocked: Boolean(why), label: say("cell", { row: row + 1, column: column.head, text: text || say("blank") }) });
    showLine(facts, column, text, why);
    table.draw();
  }

  function pressed(type, { row, col }, event) {
    if (type === "pointerover" && !(event.buttons & 1)) return;
    if (pen.isWriting && type !== "pointerover") pen.commit();
    selection.go(row, col, { extend: event.shiftKey || type === "pointerover" });
    if (type === "pointerdown") event.preventDefault();
    pen.focus();
    if (type === "dblclick") pen.begin();
  }

  function showLine(row, column, text, why) {
    const edit = row && edits.of(row.id, column.source);
    find("place").textContent = `${row?.code || say("new_row")} · ${column.head}`;
    find("text").textContent = text || say("blank");
    find("why").textContent = edit?.why || why;
    const links = find("links");
    links.hidden = !row?.href;
    if (row?.href) [links.children[0].href, links.children[1].href] = [row.href, `${row.href}history`];
  }

  function showCount() {
    find("count").textContent = say(windows.isMore ? "count_more" : "count", { n: (windows.n ?? 0).toLocaleString() });
    table.grid.setAttribute("aria-rowcount", windows.isMore ? -1 : desk.rows + 2);
    find("none").hidden = windows.n !== 0 || edits.news.length > 0;
    stand();
  }

  function told() {
    notices.showHeld(edits, { to: open, named });
    if (edits.all.some((e) => e.state === "saving")) notices.setStatus(say("saving"));
    stand();
  }

  const placeOf = (one) => (one.id.startsWith("new-") ? windows.n + edits.news.findIndex((r) => r.id === one.id) : Math.max(windows.place(one.id), 0) || one.place);
  const named = (one) => say("named", { row: placeOf(one) + 1, column: bySource.get(one.source)?.head ?? one.source });

  function open(one) {
    selection.go(placeOf(one), Math.max(0, columns.shown.findIndex((c) => c.source === one.source)));
    pen.focus();
  }

  function clock() {
    return new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  }

  function saved(given, hasNews) {
    if (hasNews) windows.again();
    notices.setStatus(say(given.event ? "saved" : "unchanged", { at: clock() }));
    if (!given.event) return;
    done.push(given.undo);
    notices.offerUndo(say("changed", { n: given.n_changed }), undo);
    find("undo").hidden = false;
    loadTotals();
  }

  function failed(error) {
    const why = error.why || say({ 401: "signed_out", 403: "no_right", 404: "no_right" }[error.status] ?? (error.status ? "server_fault" : "no_line"));
    notices.setStatus(say("not_saved", { why }), notices.button("try_again", () => edits.send()));
    notices.announce(say("not_saved", { why }));
  }

  /** Take the last step back: what is unsent here, what is saved by the server. */
  async function undo() {
    if (edits.back() || !done.length) return;
    const address = done.pop();
    notices.hideUndo();
    find("undo").hidden = !done.length;
    try {
      const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams({ next: location.pathname + query }) });
      const told = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".messages .message");
      notices.setStatus(told?.textContent.trim() || say(answer.ok ? "undone" : "server_fault"));
    } catch {
      done.push(address);
      notices.setStatus(say("not_saved", { why: say("no_line") }), notices.button("try_again", undo));
    }
    windows.again();
    loadTotals();
  }

  async function loadTotals() {
    const answer = await fetch(config.totals + query).catch(() => null);
    if (!answer?.ok) return;
    const given = await answer.json();
    table.sums = given.sums;
    table.foot.title = given.is_cut ? say("sums_cut") : "";
    table.layFoot();
  }

  find("undo").addEventListener("click", () => (pen.focus(), undo()));
  askedFor = asked();
  table.lay();
  showChooser(find("chooser"), columns, say);
  told();
  (window.requestIdleCallback ?? setTimeout)(loadTotals);
}
