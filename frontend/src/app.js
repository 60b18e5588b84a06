import { follow, onKeys, toggleHelp } from "./keys.js";
import "./drafts.js";
import "./faces.js";

onKeys({
  "?": toggleHelp,
  s: () => document.querySelector("[data-search]")?.focus(),
  "g h": follow("[data-go=home]"),
  "g p": follow("[data-go=papers]"),
  "g i": follow("[data-go=inbox]"),
  "g w": follow("[data-go=work]"),
  "g r": follow("[data-go=registers]"),
  "g o": follow("[data-go=orgs]"),
  "g c": follow("[data-go=cockpit]"),
  "g l": follow("[data-go=items]"),
});

for (const box of document.querySelectorAll("[data-submit-on-change]")) {
  box.addEventListener("change", () => box.form.requestSubmit());
}

// What cannot be taken back asks once, and names what it does.
for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });
}

// A form is sent once: the second press of a hasty hand is the same request anyway.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => form.setAttribute("aria-busy", "true"));
}

// Review: choosing a part shows the clause it came from.
const paper = document.querySelector("[data-paper]");
if (paper) {
  const show = (part) => {
    for (const mark of paper.querySelectorAll("mark.is-shown")) mark.classList.remove("is-shown");
    let first = null;
    for (const mark of paper.querySelectorAll(`[data-of~="${part}"]`)) {
      mark.classList.add("is-shown");
      first ??= mark;
    }
    first?.scrollIntoView({ block: "center", behavior: "smooth" });
  };
  for (const row of document.querySelectorAll("[data-part]")) {
    row.addEventListener("focusin", () => show(row.dataset.part));
    row.addEventListener("mouseenter", () => show(row.dataset.part));
  }
  paper.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-of]");
    const part = mark?.dataset.of.split(" ")[0];
    document.querySelector(`[data-part="${part}"] input, [data-part="${part}"] textarea`)?.focus();
  });
}
