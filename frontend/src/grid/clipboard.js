// Blocks of cells as office programs put them on the clipboard. A null cell says: leave what is there.

/** Read tab-separated text; a cell that begins with a quote may hold tabs, quotes and line breaks. */
export function readText(text) {
  const rows = [[]];
  const end = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const cell = /"((?:[^"]|"")*)"(?=[\t\n]|$)|[^\t\n]*/y;
  for (let at = 0; at <= end.length; at = cell.lastIndex + 1) {
    cell.lastIndex = at;
    const found = cell.exec(end);
    rows.at(-1).push(found[1] === undefined ? found[0] : found[1].replaceAll('""', '"'));
    if (end[cell.lastIndex] === "\n") rows.push([]);
  }
  return even(rows);
}

/** Read a block off the clipboard: as a table where cells are merged, else as text. */
export function read(clipboard) {
  const html = clipboard.getData("text/html");
  const merged = /(row|col)span\s*=\s*["']?([2-9]|1\d)/i.test(html) && readTable(html);
  return merged || readText(clipboard.getData("text/plain"));
}

// Merged downwards, each row gets the value, as each row of a ledger needs it; merged across, only the first column.
function readTable(html) {
  const table = new DOMParser().parseFromString(html, "text/html").querySelector("table");
  if (!table) return null;
  const rows = [...table.rows].map(() => []);
  [...table.rows].forEach((row, y) => {
    let x = 0;
    for (const cell of row.cells) {
      while (rows[y][x] !== undefined) x++;
      for (const br of cell.querySelectorAll("br")) br.replaceWith("\n");
      const text = cell.textContent.replaceAll("\u00a0", " ").trim();
      for (let dy = 0; dy < cell.rowSpan && rows[y + dy]; dy++)
        for (let dx = 0; dx < cell.colSpan; dx++) rows[y + dy][x + dx] = dx ? null : text;
      x += cell.colSpan;
    }
  });
  return even(rows);
}

function even(rows) {
  const width = Math.max(...rows.map((row) => row.length));
  return rows.map((row) => Array.from({ length: width }, (_, n) => (row[n] === undefined ? "" : row[n])));
}

/** Put a block on the clipboard; the table says that "=…" is text, so that it never becomes a formula. */
export function write(clipboard, rows) {
  const quoted = (text) => (/["\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  clipboard.setData("text/plain", rows.map((row) => row.map(quoted).join("\t")).join("\r\n"));
  const table = document.implementation.createHTMLDocument().createElement("table");
  for (const row of rows) {
    const line = table.insertRow();
    for (const text of row) Object.assign(line.insertCell(), { textContent: text }).setAttribute("style", "mso-number-format:'\\@';white-space:pre-wrap");
  }
  clipboard.setData("text/html", table.outerHTML);
}
