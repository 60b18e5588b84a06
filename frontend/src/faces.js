// Faces of a register: branches open in place, panels close by Escape or a click beside them.
const near = (event, selector) => event.target.closest?.(selector);

document.addEventListener("click", (event) => {
  for (const pop of document.querySelectorAll("details.pop[open]")) {
    if (!pop.contains(event.target)) pop.open = false;
  }
  const link = near(event, "[data-branch]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    open(link);
  }
  const fold = near(event, "[data-fold]");
  if (fold) turn(fold);
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const pop = event.key === "Escape" && near(event, "details.pop[open]");
  if (pop) {
    pop.open = false;
    pop.querySelector("summary").focus();
  }
  if (event.key === "Enter" && near(event, "[data-fold]")) turn(near(event, "[data-fold]"));
});

// What lies below a row: the rows after it that stand deeper.
function below(row) {
  const found = [];
  for (let next = row.nextElementSibling; next; next = next.nextElementSibling) {
    if (Number(next.dataset.level) <= Number(row.dataset.level)) break;
    found.push(next);
  }
  return found;
}

function turn(fold) {
  const row = fold.closest("tr");
  const isOpen = fold.classList.toggle("is-open");
  fold.setAttribute("aria-expanded", String(isOpen));
  for (const one of below(row)) one.hidden = !isOpen;
}

async function open(link) {
  const row = link.closest("tr");
  const level = Number(row.dataset.level) + 1;
  link.setAttribute("aria-busy", "true");
  const answer = await fetch(`${link.href}&rows=1&level=${level}`).catch(() => null);
  if (!answer?.ok) {
    location.assign(link.href);
    return;
  }
  const held = document.createElement("template");
  held.innerHTML = await answer.text();
  row.after(held.content);
  const fold = document.createElement("span");
  fold.className = "is-open";
  fold.append(...link.childNodes);
  link.replaceWith(fold);
  ready(fold);
  fold.focus();
}

function ready(fold) {
  fold.dataset.fold = "";
  fold.tabIndex = 0;
  fold.setAttribute("role", "button");
  fold.setAttribute("aria-expanded", "true");
  fold.setAttribute("aria-label", fold.closest("tr").querySelector("th")?.innerText ?? "");
}

for (const fold of document.querySelectorAll("[data-fold]")) ready(fold);
for (const field of document.querySelectorAll("[data-copy]")) {
  field.addEventListener("focus", () => field.select());
}

// Ticked rows: all of a page by one box, a stretch by Shift, and how many they are.
const picks = [...document.querySelectorAll(".pick input[name=item]")];
const every = document.querySelector("[data-pick-all]");
const told = document.querySelector("[data-picked]");
if (every && told) {
  let last = null;
  const tell = () => {
    const n = picks.filter((box) => box.checked).length;
    told.textContent = n ? `${told.dataset.picked} ${n}` : "";
    document.querySelector("[data-pick-go]").disabled = n === 0;
    every.checked = n > 0 && n === picks.length;
    every.indeterminate = n > 0 && n < picks.length;
  };
  every.hidden = false;
  every.addEventListener("change", () => {
    for (const box of picks) box.checked = every.checked;
    tell();
  });
  for (const box of picks) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [picks.indexOf(last), picks.indexOf(box)].sort((a, b) => a - b);
        for (const one of picks.slice(from, to + 1)) one.checked = box.checked;
      }
      last = box;
      tell();
    });
  }
  tell();
}
