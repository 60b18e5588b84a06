// The rows of a list, asked for window by window as they come into view.
export const SIZE = 100;
const KEPT = 60; // windows held at once; the farthest from view go first

export class Windows {
  #held = new Map();
  #asked = new Map();
  #timer = 0;
  #view = [0, 0];

  /** `address` gives the address of the list at the moment, its question begun. */
  constructor(address, { changed, failed }) {
    Object.assign(this, { address, changed, failed, n: null, isMore: false });
  }

  /** The row at a place; nothing while it is not here yet. */
  row(place) {
    return this.#held.get(Math.floor(place / SIZE))?.[place % SIZE];
  }

  /** The place of a row that is here; -1 of one that is not. */
  place(id) {
    for (const [at, rows] of this.#held) {
      const found = rows.findIndex((row) => row.id === id);
      if (found >= 0) return at * SIZE + found;
    }
    return -1;
  }

  /** Tell what is in view: what is missing is asked for, and the window after it; the rest is called off. */
  look(first, last) {
    const isDown = first >= this.#view[0];
    this.#view = [first, last];
    const near = [];
    for (let at = Math.floor(first / SIZE); at <= Math.floor(Math.max(first, last) / SIZE); at++) near.push(at);
    const next = isDown ? near.at(-1) + 1 : near[0] - 1;
    const open = [...near, next].filter((at) => this.#isThere(at));
    for (const [at, one] of this.#asked) if (!one.isKept && !open.includes(at)) one.stop.abort();
    clearTimeout(this.#timer);
    const missing = open.filter((at) => !this.#held.has(at));
    // What is in view comes first. A thumb dragged over the list passes many windows: only where it rests is asked for.
    const wanted = missing.filter((at) => at !== next || missing.length === 1).filter((at) => !this.#asked.has(at));
    if (wanted.length) this.#timer = setTimeout(() => wanted.forEach((at) => this.#ask(at)), this.n === null ? 0 : 40);
  }

  // Where the whole number is not known, the window after the last one may be there.
  #isThere(at) {
    if (at < 0) return false;
    return this.n === null || at * SIZE < this.n || (this.isMore && at * SIZE === this.n);
  }

  /** Have some rows here, in view or not. */
  async have(first, last) {
    const asked = [];
    for (let at = Math.floor(first / SIZE); at <= Math.floor(last / SIZE); at++)
      if (!this.#held.has(at)) asked.push(this.#ask(at, true));
    await Promise.all(asked);
  }

  /** Put fresh rows in the place of those held. */
  replace(fresh) {
    const byId = new Map(fresh.map((row) => [row.id, row]));
    for (const rows of this.#held.values())
      rows.forEach((row, n) => byId.has(row.id) && (rows[n] = byId.get(row.id)));
    this.changed();
  }

  /** Ask for everything in view again. */
  again() {
    for (const one of this.#asked.values()) one.stop.abort();
    this.#held.clear();
    this.look(...this.#view);
  }

  #ask(at, isKept = false) {
    const here = this.#asked.get(at);
    if (here) {
      here.isKept ||= isKept;
      return here.done;
    }
    const one = { stop: new AbortController(), isKept };
    this.#asked.set(at, one);
    one.done = this.#fetch(at, one);
    return one.done;
  }

  async #fetch(at, one) {
    try {
      const answer = await fetch(`${this.address()}&at=${at * SIZE}&size=${SIZE}`, { signal: one.stop.signal, headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const given = await answer.json();
      if (this.#asked.get(at) === one) this.#keep(at, given);
    } catch (error) {
      if (error.name !== "AbortError") this.failed(error);
      else if (one.isKept) throw error;
    } finally {
      if (this.#asked.get(at) === one) this.#asked.delete(at);
    }
    this.changed();
  }

  #keep(at, given) {
    this.#held.set(at, given.rows);
    const end = at * SIZE + given.rows.length;
    // Where the whole number is not known the list ends, for now, where it was last seen to go on.
    this.isMore = given.is_more && given.rows.length === SIZE;
    this.n = !given.is_more ? given.n : this.isMore ? Math.max(this.n ?? 0, given.n, end) : end;
    if (this.#held.size > KEPT) {
      const middle = (this.#view[0] + this.#view[1]) / 2 / SIZE;
      const far = [...this.#held.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
      for (const old of far.slice(0, this.#held.size - KEPT)) this.#held.delete(old);
    }
  }
}
