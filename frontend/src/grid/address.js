// What the address of the page asks for: filters, order, columns. The requests of the table ask the same.
export class Address {
  constructor({ columns, offers, is_printed_form: isPrintedForm }) {
    this.isPrintedForm = isPrintedForm;
    this.served = columns.filter((c) => !c.is_shut).map((c) => c.source);
    this.columns = columns.map((column) => this.#whole(column, offers));
  }

  /** The question of the address; columns that were chosen here and are not named by it are asked for besides. */
  asked(columns) {
    const question = new URLSearchParams(location.search), shown = columns.shown.map((c) => c.source);
    if (!this.isPrintedForm && !shown.every((source) => this.served.includes(source))) question.set("columns", shown.join(","));
    return `?${question}`;
  }

  /** Write the choice of columns into the address and into the forms that carry it: a view is saved as it is seen. */
  carry(columns) {
    if (this.isPrintedForm) return;
    const question = new URLSearchParams(location.search), shown = columns.shown.map((c) => c.source).join(",");
    question.set("columns", shown);
    history.replaceState(null, "", `?${question}`);
    for (const field of document.querySelectorAll(".view-acts [name=query]")) field.value = question;
    for (const field of document.querySelectorAll(".ask [name=columns]")) field.value = shown;
  }

  // By which address a column sorts, and what is offered while one writes in it.
  #whole(column, offers) {
    const choices = column.choices.length ? column.choices : (offers[column.kind] ?? []);
    if (!column.sort) return { ...column, choices };
    const next = new URLSearchParams(location.search);
    const sorted = { [column.sort]: "ascending", [`-${column.sort}`]: "descending" }[next.get("sort")] ?? "";
    next.set("sort", sorted === "ascending" ? `-${column.sort}` : column.sort);
    return { ...column, choices, sorted, sortHref: `?${next}` };
  }
}
