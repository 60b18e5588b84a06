// What was typed and is not saved yet, cell by cell, and the one way in which it is sent.
const keyOf = (id, source) => `${id} ${source}`;

export class Edits {
  #cells = new Map();
  #steps = []; // what each step put in the place of what, for taking unsent steps back
  #sent = { said: "", id: "" };
  #isSending = false;
  isHeld = false; // something was refused: nothing is sent until the person says so

  /** `told` hears of every change; `saved` of an answer; `failed` of a line that is down. */
  constructor(given) {
    const { address, token, windows, place, person, isPersonal, told, saved, failed } = given;
    Object.assign(this, { address, token, windows, isPersonal, told, saved, failed, news: [] });
    this.store = `${place}:${person}`;
    // Whoever sits down at a shared desk does not read what another left unsent.
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("grid:") && !key.endsWith(`:${person}`)) sessionStorage.removeItem(key);
    this.left = JSON.parse(sessionStorage.getItem(this.store) ?? "[]");
  }

  get all() {
    return [...this.#cells.values()];
  }

  get wrong() {
    return this.all.filter((e) => e.state === "wrong");
  }

  get conflicts() {
    return this.all.filter((e) => e.state === "conflict");
  }

  of(id, source) {
    return this.#cells.get(keyOf(id, source));
  }

  /** The text of a cell as the person sees it. */
  text(row, source) {
    return this.of(row.id, source)?.text ?? row.cells[source] ?? "";
  }

  /** Take one step: some cells get texts. Those that say what is there already are no change. */
  type(typed) {
    const step = [];
    for (const { row, place, source, text } of typed) {
      const key = keyOf(row.id, source), before = this.#cells.get(key);
      if (text === this.text(row, source)) continue;
      step.push([key, before]);
      const was = row.cells[source] ?? "";
      if (text === was && !row.isNew) this.#cells.delete(key);
      else this.#cells.set(key, { id: row.id, place, source, text, was, version: before?.version ?? row.version, state: "pending" });
    }
    if (!step.length) return;
    this.#steps.push(step);
    this.#changed();
    if (!this.isHeld) this.send();
  }

  /** Take the last unsent step back; false where there is none. */
  back() {
    const step = this.#isSending ? null : this.#steps.pop();
    if (!step) return false;
    for (const [key, before] of step) {
      if (before) this.#cells.set(key, before);
      else this.#cells.delete(key);
    }
    this.#changed();
    return true;
  }

  /** Add rows for new items at the end of the list. */
  add(n) {
    const made = Array.from({ length: n }, (_, k) => ({ id: `new-${this.news.length + k + 1}`, isNew: true, version: null, code: "", cells: {}, locked: [] }));
    this.news.push(...made);
    return made;
  }

  /** Send what is pending, as one request: all of it or nothing is written. */
  send() {
    if (!this.#isSending) this.sending = this.#send();
    return this.sending;
  }

  async #send() {
    if (this.#isSending || this.conflicts.length) return;
    const batch = this.all;
    this.isHeld = false;
    if (!batch.length) return this.#changed();
    this.#isSending = true;
    for (const one of batch) one.state = "saving";
    this.#changed();
    try {
      await this.#answer(batch, await this.#post(batch));
    } catch (error) {
      for (const one of batch) one.state = "pending";
      this.isHeld = true;
      this.failed(error);
    }
    this.#isSending = false;
    this.#changed();
    if (!this.isHeld && this.all.length) await this.#send();
  }

  async #post(batch) {
    const rows = new Map();
    for (const { id, source, text, version } of batch) {
      if (!rows.has(id)) rows.set(id, { id: id.startsWith("new-") ? "" : id, version, cells: {} });
      const row = rows.get(id);
      row.version = version === null ? null : Math.min(row.version, version);
      row.cells[source] = text;
    }
    this.lines = [...rows.keys()];
    const said = JSON.stringify([...rows.values()]);
    // The same again after a broken line is the same request: it is never written twice.
    if (said !== this.#sent.said) this.#sent = { said, id: fresh() };
    const body = `{"request_id":"${this.#sent.id}","rows":${said}}`;
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token };
    return fetch(this.address(), { method: "POST", headers, body });
  }

  async #answer(batch, answer) {
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    const given = isJson ? await answer.json() : {};
    if (answer.status === 200 && isJson) return this.#written(batch, given);
    if (answer.status === 422 && given.faults) return this.#refused(batch, given.faults);
    if (answer.status === 409 && given.conflicts) return this.#contested(batch, given);
    throw Object.assign(new Error(String(answer.status)), { why: given.detail ?? given.title, status: answer.redirected ? 401 : answer.status });
  }

  #written(batch, given) {
    const after = new Map(given.rows.map((row) => [row.id, row]));
    this.#sent = { said: "", id: "" };
    this.#steps = [];
    for (const one of batch) {
      const key = keyOf(one.id, one.source), now = this.#cells.get(key);
      if (now === one) this.#cells.delete(key);
    }
    // What was typed meanwhile stands on what we wrote ourselves, unless somebody else wrote there too.
    for (const one of this.all) {
      const row = after.get(one.id), mine = batch.find((b) => b.id === one.id && b.source === one.source);
      if (row && (mine || row.cells[one.source] === one.was)) Object.assign(one, { version: row.version, was: row.cells[one.source] ?? "" });
    }
    const hasNews = this.news.length > 0;
    this.news = this.news.filter((row) => this.all.some((e) => e.id === row.id));
    this.windows.replace(given.rows);
    // A row that was there already is not told again: after a lost answer ours may be the old one.
    this.saved(given, hasNews || batch.some((one) => !after.has(one.id)));
  }

  #refused(batch, faults) {
    this.#release(batch);
    for (const fault of faults) {
      const one = this.of(this.#idOf(fault), fault.source) ?? batch.find((b) => b.id === this.#idOf(fault));
      if (batch.includes(one)) Object.assign(one, { state: "wrong", why: fault.why });
    }
    this.isHeld = true;
  }

  #contested(batch, given) {
    this.#release(batch);
    this.windows.replace(given.rows ?? []);
    for (const { id, source, theirs, by, at, version } of given.conflicts) {
      const one = this.of(id, source);
      if (one) Object.assign(one, { state: "conflict", theirs, by, at, fresh: version });
    }
    this.isHeld = true;
  }

  #release(batch) {
    for (const one of batch) if (one.state === "saving") one.state = "pending";
  }

  // A new row has no id of its own yet: its place in the request names it.
  #idOf(fault) {
    return fault.id || this.lines[fault.row];
  }

  /** Settle a conflict: what is kept stands on the newest version of the row; when the last is settled all is sent. */
  settle(one, isMine) {
    for (const cell of this.all.filter((e) => e.id === one.id)) cell.version = one.fresh;
    if (isMine) Object.assign(one, { state: "pending", was: one.theirs });
    else this.#cells.delete(keyOf(one.id, one.source));
    this.#steps = [];
    this.#changed();
    if (!this.conflicts.length && !this.wrong.length) this.send();
  }

  drop(some) {
    for (const one of some) this.#cells.delete(keyOf(one.id, one.source));
    this.news = this.news.filter((row) => this.all.some((e) => e.id === row.id));
    this.#steps = [];
    this.isHeld = this.isHeld && this.all.length > 0;
    this.#changed();
  }

  /** Put back what an earlier visit left unsent. */
  restore() {
    const cells = this.left.splice(0);
    this.add(Math.max(0, ...cells.map((c) => (c.id.startsWith("new-") ? Number(c.id.slice(4)) : 0))));
    for (const one of cells) this.#cells.set(keyOf(one.id, one.source), { ...one, state: "pending" });
    this.isHeld = true;
    this.#changed();
  }

  forget() {
    this.left = [];
    this.#changed();
  }

  #changed() {
    // Personal data never lie in the browser, not even until the next reload.
    const kept = [...this.left, ...this.all.filter((e) => !this.isPersonal(e.source))];
    if (kept.length) sessionStorage.setItem(this.store, JSON.stringify(kept));
    else sessionStorage.removeItem(this.store);
    this.told();
  }
}

/** A number no other request has; crypto.randomUUID is missing where the office has no TLS. */
function fresh() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
