// The sheet on the screen: only the rows in view have elements; head, foot and the first columns stay in place.
export const ROW = 30;
const LOWEST = 260; // px
const SPARE = 8; // rows drawn beyond each edge of the view
const TALLEST = 500_000; // rows; browsers cut elements higher than this off

export function element(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  made.append(...content);
  return made;
}

export class Table {
  #rows = new Map(); // place → element
  #pool = [];
  #frame = 0;

  /** `source` tells what to draw: n(), row(place), cell(row, column), isIn(row, col), isActive(row, col). */
  constructor(scroller, columns, source, { viewed, pressed }) {
    Object.assign(this, { scroller, columns, source, viewed, head: null });
    this.grid = scroller.querySelector("[role=grid]");
    [this.headBox, this.body, this.foot] = this.grid.children;
    this.sums = {};
    scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.#fit()).observe(document.body);
    this.#listen(pressed);
  }

  /** Lay the columns out anew. */
  lay() {
    const shown = this.columns.shown;
    this.lefts = [];
    this.width = shown.reduce((left, c) => (this.lefts.push(left), left + c.width), 0);
    // On a narrow screen columns that stay in place would cover those that move.
    const fixed = Math.min(this.columns.frozen, shown.length);
    this.room = this.scroller.clientWidth;
    this.frozen = (this.lefts[fixed] ?? this.width) > this.room * 0.6 ? 0 : fixed;
    this.grid.style.setProperty("--cols", shown.map((c) => `${c.width}px`).join(" "));
    this.grid.style.width = `${this.width}px`;
    this.grid.setAttribute("aria-colcount", shown.length);
    for (const row of [...this.#rows.values(), ...this.#pool]) row.remove();
    this.#rows.clear();
    this.#pool = [];
    this.headBox.replaceChildren(this.#line("columnheader", (c, cell) => this.#headCell(c, cell)));
    this.headBox.firstChild.setAttribute("aria-rowindex", 1);
    this.headHeight = this.headBox.offsetHeight; // kept: asking for it while rows are drawn lays the page out again
    this.layFoot();
    this.draw();
  }

  /** Write the totals of the columns under them. */
  layFoot() {
    const line = this.#line("gridcell", (c, cell, n) => {
      // The head has the unit already.
      cell.textContent = this.sums[c.source]?.replace(` ${c.unit}`, "") ?? (n === 0 ? this.foot.dataset.label : "");
      cell.title = cell.textContent;
    });
    line.setAttribute("aria-rowindex", this.source.n() + 2);
    this.foot.replaceChildren(line);
  }

  draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  /** Bring a cell into view, clear of what stays in place. */
  show(row, col) {
    const { scroller } = this;
    const top = row * ROW, room = scroller.clientHeight - this.headHeight - this.foot.offsetHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + ROW > scroller.scrollTop + room) scroller.scrollTop = top + ROW - room;
    if (col < this.frozen) return;
    const left = this.lefts[col] - this.frozenWidth, right = this.lefts[col] + this.columns.shown[col].width;
    if (left < scroller.scrollLeft) scroller.scrollLeft = left;
    else if (right > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = Math.min(left, right - scroller.clientWidth);
  }

  /** Where a cell lies within the sheet. */
  box(row, col) {
    const left = this.lefts[col] + (col < this.frozen ? this.scroller.scrollLeft : 0);
    return { left, top: this.headHeight + row * ROW, width: this.columns.shown[col].width };
  }

  id(row, col) {
    return `cell-${row}-${col}`;
  }

  get pageRows() {
    return Math.max(1, Math.floor((this.scroller.clientHeight - this.headHeight) / ROW) - 2);
  }

  get frozenWidth() {
    return this.lefts[this.frozen] ?? this.width;
  }

  // The sheet ends where the screen ends, so that the last row that is seen is the last one that is there.
  #fit() {
    const top = this.scroller.getBoundingClientRect().top + window.scrollY;
    this.scroller.style.setProperty("--tall", `${Math.max(LOWEST, window.innerHeight - top - 14)}px`);
    if (this.room !== this.scroller.clientWidth) this.lay();
    else this.draw();
  }

  #paint() {
    const n = Math.min(this.source.n(), TALLEST);
    this.body.style.height = `${n * ROW}px`;
    this.grid.classList.toggle("is-aside", this.scroller.scrollLeft > 0);
    const first = Math.floor(this.scroller.scrollTop / ROW);
    const last = Math.min(n - 1, first + Math.ceil(this.scroller.clientHeight / ROW));
    const from = Math.max(0, first - SPARE), to = Math.min(n - 1, last + SPARE);
    for (const [place, row] of this.#rows) {
      if (place >= from && place <= to) continue;
      this.#rows.delete(place);
      row.remove();
      this.#pool.push(row);
    }
    for (let place = from; place <= to; place++) this.#paintRow(place);
    this.viewed(from, Math.max(0, to));
  }

  #paintRow(place) {
    let row = this.#rows.get(place);
    if (!row) {
      row = this.#pool.pop() ?? this.#line("gridcell", () => {});
      row.style.top = `${place * ROW}px`;
      row.setAttribute("aria-rowindex", place + 2);
      row.dataset.row = place;
      this.#rows.set(place, row);
      this.body.append(row);
    }
    const facts = this.source.row(place);
    row.classList.toggle("is-waiting", !facts);
    row.setAttribute("aria-busy", String(!facts));
    this.columns.shown.forEach((column, col) => this.#paintCell(row.children[col], facts, column, place, col));
  }

  #paintCell(cell, facts, column, place, col) {
    const look = facts ? this.source.cell(facts, column) : { text: "", marks: "" };
    const marks = [column.kind && `is-${column.kind}`, col < this.frozen && "is-frozen", look.marks];
    if (this.source.isIn(place, col)) marks.push("is-in");
    if (this.source.isActive(place, col)) marks.push("is-active");
    const name = marks.filter(Boolean).join(" ");
    if (cell.className !== name) cell.className = name;
    cell.id = this.id(place, col);
    for (const [fact, value] of Object.entries({ "aria-selected": String(marks.includes("is-in")), "aria-readonly": look.isLocked ? "true" : null, "aria-invalid": look.isWrong ? "true" : null, "aria-describedby": look.reason ?? null, title: look.title || null })) {
      if (value === null) cell.removeAttribute(fact);
      else if (cell.getAttribute(fact) !== value) cell.setAttribute(fact, value);
    }
    const said = `${look.shape ?? ""}|${look.href ?? ""}|${look.note ?? ""}|${look.text}`;
    if (cell.said === said) return;
    cell.said = said;
    cell.replaceChildren(...this.#content(look));
  }

  #content(look) {
    const text = look.href ? element("a", { href: look.href, tabindex: -1 }, look.text) : look.text;
    const found = look.shape ? [element("i", { class: `shape shape-${look.shape}`, "aria-hidden": "true" }), text] : [text];
    return look.note ? [...found, element("small", { class: "badge is-past" }, look.note)] : found;
  }

  #line(role, fill) {
    const row = element("div", { role: "row", class: "sheet-row" });
    this.columns.shown.forEach((column, n) => {
      const cell = element("div", { role, "aria-colindex": n + 1, class: `is-${column.kind}` });
      if (n < this.frozen) cell.classList.add("is-frozen");
      if (n < this.frozen) cell.style.left = `${this.lefts[n]}px`;
      fill(column, cell, n);
      row.append(cell);
    });
    return row;
  }

  #headCell(column, cell) {
    const word = column.sortHref ? element("a", { href: column.sortHref }, column.head) : column.head;
    if (column.sorted) cell.setAttribute("aria-sort", column.sorted);
    if (column.over) cell.append(element("small", {}, column.over));
    const sign = { ascending: " ↑", descending: " ↓" }[column.sorted] ?? "";
    const unit = column.unit ? element("small", { class: "unit" }, column.unit) : "";
    cell.append(element("span", { title: column.head }, word, sign, unit), element("i", { class: "sheet-edge", "data-edge": column.source, "aria-hidden": "true" }));
  }

  #listen(pressed) {
    const at = (event) => {
      const cell = event.target.closest?.("[role=gridcell]");
      const row = cell?.parentElement.dataset.row;
      return row === undefined ? null : { row: Number(row), col: [...cell.parentElement.children].indexOf(cell) };
    };
    for (const type of ["pointerdown", "pointerover", "dblclick"])
      this.body.addEventListener(type, (event) => {
        const place = at(event);
        if (place && !event.target.closest("a")) pressed(type, place, event);
      });
    this.headBox.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  // The edge of a head is dragged: a line shows the width, the columns follow when it is let go.
  #drag(event) {
    const edge = event.target.closest("[data-edge]");
    if (!edge) return;
    event.preventDefault();
    const column = this.columns.shown.find((c) => c.source === edge.dataset.edge);
    const width = (moved) => column.width + moved.clientX - event.clientX;
    edge.setPointerCapture(event.pointerId);
    edge.onpointermove = (moved) => edge.style.setProperty("translate", `${moved.clientX - event.clientX}px 0`);
    edge.onpointerup = (moved) => this.columns.resize(column.source, width(moved));
  }
}
