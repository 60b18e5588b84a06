// What the page says about saving: status, what was refused and why, whose change is in the way, undo, questions.
import { element } from "./table.js";

const SECONDS = 10;
const LISTED = 60; // faults listed at once; the button goes on to the next

export class Notices {
  #countdown = 0;

  constructor(page, words) {
    Object.assign(this, { page, words });
    const find = (name) => page.querySelector(`[data-${name}]`);
    [this.status, this.live, this.bar, this.toast, this.dialog] = ["status", "live", "bar", "toast", "ask"].map(find);
  }

  /** A sentence of the page with its facts. */
  say(key, facts = {}) {
    return (this.words[key] ?? key).replace(/%\((\w+)\)s/g, (_all, name) => (typeof facts[name] === "number" ? facts[name].toLocaleString() : (facts[name] ?? "")));
  }

  button(key, act, facts, kind = "") {
    const made = element("button", { type: "button", class: kind }, this.say(key, facts));
    made.addEventListener("click", act);
    return made;
  }

  setStatus(text, ...buttons) {
    this.status.replaceChildren(text, ...buttons);
  }

  /** Say whose change is in the way of which. */
  contested(one) {
    const when = new Date(one.at);
    const at = Number.isNaN(when.valueOf()) ? one.at : when.toLocaleString([], { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
    return this.say("contested", { by: one.by, at, theirs: one.theirs || "–", mine: one.text || "–" });
  }

  warn(text) {
    this.setStatus(text);
    this.announce(text);
  }

  announce(text) {
    this.live.textContent = text;
  }

  /** Offer to take the last change back, for ten seconds. */
  offerUndo(text, undo) {
    clearInterval(this.#countdown);
    let left = SECONDS;
    const shown = element("span", { "aria-hidden": "true" }, ` ${left}`);
    const button = this.button("undo", () => (this.hideUndo(), undo()));
    button.append(shown);
    this.toast.replaceChildren(element("span", {}, text), button);
    this.toast.hidden = false;
    this.#countdown = setInterval(() => ((shown.textContent = ` ${--left}`), left <= 0 && this.hideUndo()), 1000);
  }

  hideUndo() {
    clearInterval(this.#countdown);
    this.#keepFocus(this.toast, () => (this.toast.hidden = true));
  }

  // Whoever pressed a button that is gone goes on where the keys act.
  #keepFocus(box, change) {
    const wasIn = box.contains(document.activeElement);
    change();
    if (wasIn) this.page.querySelector(".sheet-pen").focus({ preventScroll: true });
  }

  /** Ask a question with several answers; gives the key of the one chosen, or nothing. */
  ask(text, keys, facts) {
    const { dialog } = this;
    return new Promise((answered) => {
      const buttons = keys.map((key, n) => this.button(key, () => dialog.close(key), facts, n ? "" : "primary"));
      dialog.returnValue = "";
      dialog.replaceChildren(element("p", {}, text), element("div", { class: "page-links" }, ...buttons, this.button("cancel", () => dialog.close())));
      dialog.addEventListener("close", () => answered(dialog.returnValue), { once: true });
      dialog.showModal();
    });
  }

  /** Show what holds the edits up: `to` opens a cell, `named` says its row and column. */
  showHeld(edits, { to, named }) {
    const { left, wrong, conflicts } = edits;
    const parts = [];
    if (left.length) parts.push(...this.#leftovers(edits));
    if (conflicts.length) parts.push(...this.#contested(edits, named));
    else if (edits.isHeld && edits.all.length) parts.push(...this.#refused(edits, wrong, to, named));
    const isNew = this.bar.hidden && parts.length > 0;
    this.#keepFocus(this.bar, () => {
      this.bar.hidden = !parts.length;
      this.bar.replaceChildren(...parts);
    });
    if (isNew) this.announce(parts[0].textContent);
  }

  #leftovers(edits) {
    const buttons = [this.button("restore", () => edits.restore(), {}, "primary"), this.button("forget", () => edits.forget())];
    return [element("p", {}, this.say("left", { n: edits.left.length })), element("div", { class: "sheet-choice" }, ...buttons)];
  }

  #refused(edits, wrong, to, named) {
    const all = edits.all, facts = { n: all.length, ok: all.length - wrong.length, wrong: wrong.length };
    const text = wrong.length ? this.say("some_wrong", facts) : this.say("all_ready", facts);
    const buttons = [this.button("save_all", () => edits.send(), {}, "primary")];
    if (wrong.length && facts.ok) buttons.push(this.button("save_rest", () => (edits.drop(wrong), edits.send())));
    buttons.push(this.button("drop", () => edits.drop(all)));
    if (wrong.length) buttons.unshift(this.button("next_fault", () => to(this.#next(wrong))));
    const listed = wrong.slice(0, LISTED).map((one) => {
      const link = element("button", { type: "button", class: "quiet" }, named(one));
      link.addEventListener("click", () => to(one));
      return element("li", { id: reasonId(one) }, link, ` ${one.why}`);
    });
    if (wrong.length > LISTED) listed.push(element("li", {}, this.say("more", { n: wrong.length - LISTED })));
    return [element("p", {}, text), element("div", { class: "sheet-choice" }, ...buttons), ...(listed.length ? [element("ul", {}, ...listed)] : [])];
  }

  #next(wrong) {
    this.last = wrong[(wrong.indexOf(this.last) + 1) % wrong.length];
    return this.last;
  }

  #contested(edits, named) {
    const { conflicts } = edits;
    const whole = (isMine) => () => conflicts.forEach((one) => edits.settle(one, isMine));
    const buttons = conflicts.length > 1 ? [this.button("all_theirs", whole(false)), this.button("all_mine", whole(true))] : [];
    const listed = conflicts.slice(0, LISTED).map((one) => {
      const pick = (key, isMine) => this.button(key, () => edits.settle(one, isMine));
      return element("li", { id: reasonId(one) }, element("b", {}, named(one)), ` ${this.contested(one)} `, pick("keep_theirs", false), pick("take_mine", true));
    });
    return [element("p", {}, this.say("conflicts", { n: conflicts.length })), element("div", { class: "sheet-choice" }, ...buttons), element("ul", {}, ...listed)];
  }
}

/** The element that gives the reason why a cell is coloured. */
export function reasonId(one) {
  return `why-${one.id}-${one.source}`.replace(/[^\w-]/g, "-");
}
