// Keys act only outside fields and never while an input method is composing.
export function onKeys(actions) {
  let first = "";
  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (inField && event.key !== "Escape") return;
    const action = actions[first + event.key] || actions[event.key];
    first = event.key === "g" ? "g " : "";
    if (action) {
      event.preventDefault();
      action();
    }
  });
}

export function follow(selector) {
  return () => document.querySelector(selector)?.click();
}

export function toggleHelp() {
  const help = document.getElementById("keys-help");
  if (!help) return;
  if (help.open) help.close();
  else help.showModal();
}
