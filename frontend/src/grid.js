// The page of a register as a table that is written in.
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
