// Which columns are shown, in which order, how wide, how many stay in place. The choice lies as JSON in a hidden
// field named "columns": whoever sets its value and sends "change" chooses; it sends "change" when the person did.
const WIDTH = { title: 320, code: 128, num: 112, date: 112, light: 88, choice: 112, long: 220 };
const USUAL = 136;
const NARROW = 48;

export class Columns {
  /** `kept` is what this browser remembers of an earlier visit. */
  constructor(all, field, { key, kept, changed, chosen }) {
    Object.assign(this, { all, field, key, changed, chosen });
    this.read(field.value || kept || "");
    field.addEventListener("change", (event) => event.detail !== this && this.#apply(field.value));
  }

  /** Take a choice over; columns that it does not know stand at the end, those that are gone are left out. */
  read(text) {
    let said = {};
    try {
      said = JSON.parse(text) ?? {};
    } catch {
      // A choice that cannot be read is none: the columns stand as the register has them.
    }
    const place = new Map((said.order ?? []).map((source, n) => [source, n]));
    const sorted = [...this.all].sort((a, b) => (place.get(a.source) ?? 1e3) - (place.get(b.source) ?? 1e3));
    const isShut = (c) => (place.has(c.source) ? said.hidden?.includes(c.source) : c.is_shut);
    this.order = sorted.map((c) => ({ ...c, isShut: Boolean(isShut(c)), width: said.widths?.[c.source] ?? WIDTH[c.kind] ?? USUAL }));
    this.frozen = said.frozen ?? this.order.findIndex((c) => c.source === "title") + 1;
    this.shown = this.order.filter((c) => !c.isShut);
  }

  get text() {
    const given = (c) => WIDTH[c.kind] ?? USUAL;
    return JSON.stringify({
      order: this.order.map((c) => c.source),
      hidden: this.order.filter((c) => c.isShut).map((c) => c.source),
      frozen: this.frozen,
      widths: Object.fromEntries(this.order.filter((c) => c.width !== given(c)).map((c) => [c.source, c.width])),
    });
  }

  /** Change the choice, keep it and tell of it. */
  set(change) {
    change(this.order);
    this.#apply(this.text);
    localStorage.setItem(this.key, this.text);
    this.field.value = this.text;
    this.chosen();
    this.field.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: this }));
  }

  move(source, by) {
    this.set((order) => {
      const at = order.findIndex((c) => c.source === source);
      const to = Math.max(0, Math.min(order.length - 1, at + by));
      order.splice(to, 0, ...order.splice(at, 1));
    });
  }

  resize(source, width) {
    this.set((order) => (order.find((c) => c.source === source).width = Math.max(NARROW, Math.round(width))));
  }

  reset() {
    this.set(() => this.read(""));
  }

  #apply(text) {
    this.read(text);
    this.changed();
  }
}
