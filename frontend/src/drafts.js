// What is typed into a report stays on this device until the server has taken it: a bad network loses nothing.
// A form with data-draft has a name; data-seen says what the writer saw (the last report), so that a draft
// that comes back after days says when something came in between.

const PREFIX = "draft:";
const MAX_DAYS = 30;

const read = (key) => {
  try {
    return JSON.parse(window.localStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
};
const write = (key, draft) => {
  try {
    window.localStorage.setItem(PREFIX + key, JSON.stringify(draft));
  } catch {
    // a full or forbidden store: the page works without it
  }
};
const drop = (key) => window.localStorage.removeItem(PREFIX + key);
const fields = (form) => [...form.querySelectorAll("textarea, input[type=text], input[type=number], input[type=date]")];

// What was sent and answered with a success is no draft any more; what is too old neither.
const tidy = () => {
  const taken = document.querySelector(".message.success") !== null;
  for (const name of Object.keys(window.localStorage).filter((k) => k.startsWith(PREFIX))) {
    const key = name.slice(PREFIX.length);
    const draft = read(key);
    const isOld = !draft || Date.now() - draft.at > MAX_DAYS * 86_400_000;
    if (isOld || (taken && draft.isSent)) drop(key);
  }
};

const restore = (form, draft) => {
  for (const field of fields(form)) {
    if (draft.values[field.name] && (!field.value || field.type === "number")) field.value = draft.values[field.name];
  }
  form.closest("details")?.setAttribute("open", "");
  const note = document.createElement("p");
  note.className = "hint draft-note";
  note.setAttribute("role", "status");
  const changed = draft.seen !== (form.dataset.seen ?? "");
  note.textContent = `${form.dataset.draftKept} ${new Date(draft.at).toLocaleString()}${changed ? ` · ${form.dataset.draftStale}` : ""}`;
  const away = document.createElement("button");
  away.type = "button";
  away.className = "quiet";
  away.textContent = form.dataset.draftDrop;
  away.addEventListener("click", () => {
    drop(form.dataset.draft);
    form.reset();
    note.remove();
  });
  note.append(" ", away);
  form.prepend(note);
};

tidy();
for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = form.dataset.draft;
  const draft = read(key);
  if (draft) restore(form, draft);
  const keep = (isSent) => {
    const values = Object.fromEntries(fields(form).filter((f) => f.value !== f.defaultValue).map((f) => [f.name, f.value]));
    if (!Object.values(values).some((v) => v.trim())) drop(key);
    else write(key, { at: Date.now(), seen: form.dataset.seen ?? "", values, isSent });
  };
  form.addEventListener("input", () => keep(false));
  form.addEventListener("submit", () => keep(true));
}
