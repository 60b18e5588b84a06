// The page of a register as a table that is written in.
//
// Why the grid is our own and not Tabulator's (6.5.3, tried with 50,000 rows by 14 columns, decision 0012):
// - it wants a row object for each row of the list: rows that come in windows are updates of empty ones, and an
//   update of 100 rows held the page up for 120 ms; here a window is an entry of a map;
// - its active cell is an element, not an input: what an input method composes over it is lost. Here the one real
//   input always lies over the active cell and has the focus;
// - it says nothing of how many rows there are (aria-rowcount) while few of them are in the page;
// - it is 442 KB (105 KB packed); all of this is 37 KB.
import { Desk } from "./grid/desk.js";

const page = document.querySelector("[data-grid]");
const config = JSON.parse(document.getElementById("grid-config").textContent);
const isNarrow = matchMedia("(max-width: 600px)").matches && location.hash !== "#try";

if (isNarrow) showList();
else new Desk(page, config).open();

// A phone has no keys for a table: it gets the list, and a link to try.
async function showList() {
  const answer = await fetch(config.list + location.search);
  const list = new DOMParser().parseFromString(await answer.text(), "text/html");
  page.querySelector("[data-list]").append(...list.querySelectorAll("main .table-wrap, main .table-wrap + .page-links, main .empty, main .empty-state"));
  addEventListener("hashchange", () => location.reload());
}
