// What was saved from here, the newest last: a button, ten seconds of a toast and Ctrl+Z take it back.
export class Undo {
  #done = [];

  constructor(button, token, { notices, edits, undone, focus }) {
    Object.assign(this, { button, token, notices, edits, undone });
    button.addEventListener("click", () => (focus(), this.back()));
  }

  keep(address, text) {
    this.#done.push(address);
    this.button.hidden = false;
    this.notices.offerUndo(text, () => this.back());
  }

  /** Take the last step back: what is unsent is taken back here, what is saved by the server. */
  async back() {
    await this.edits.sending; // what is on its way is the last step
    if (this.edits.back() || !this.#done.length) return;
    const address = this.#done.pop(), { notices } = this;
    notices.hideUndo();
    this.button.hidden = !this.#done.length;
    try {
      notices.setStatus(await this.#ask(address));
    } catch {
      this.#done.push(address);
      notices.setStatus(notices.say("not_saved", { why: notices.say("no_line") }), notices.button("try_again", () => this.back()));
    }
    this.undone();
  }

  // The answer is a page that says, as any page does, how it went.
  async #ask(address) {
    const body = new URLSearchParams({ next: location.pathname + location.search });
    const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": this.token }, body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = page.querySelector(".messages .message > p")?.textContent.trim();
    return said || this.notices.say(answer.ok ? "undone" : "server_fault");
  }
}
