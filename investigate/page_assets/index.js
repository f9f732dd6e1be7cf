"use strict";
// The table is complete and sorted without this script, which adds sorting and looking up only.
(function () {
  const table = document.getElementById("page-agencies");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows).filter((row) => row.hasAttribute("data-state"));
  const words = document.getElementById("page-words");
  const state = document.getElementById("page-state");
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const agency = (row) => row.querySelector("bdi").textContent;
  const found = new Map(rows.map((row) => [row, plain(agency(row) + " " + row.cells[1].textContent)]));

  function key(row, column, kind) {
    const cell = row.cells[column];
    if (column === 0) return agency(row);
    if (column === 2) return cell.textContent.trim();
    if (!cell.hasAttribute("data-value")) return null;
    return kind === "number" ? Number(cell.dataset.value) : cell.dataset.value;
  }

  // What is not known stands last whichever way the table is sorted: it is neither small nor large.
  function compare(a, b, kind, down) {
    if (a === null || b === null) return (a === null) - (b === null);
    const difference = kind === "number" ? a - b : order.compare(a, b);
    return down ? -difference : difference;
  }

  function sort(header, column) {
    const kind = header.dataset.sort;
    const now = header.getAttribute("aria-sort");
    const down = now ? now === "ascending" : kind === "number";
    table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keyed = rows.map((row) => [key(row, column, kind), row]);
    keyed.sort((a, b) => compare(a[0], b[0], kind, down));
    body.append(...keyed.map((pair) => pair[1]));
  }

  function show() {
    const wanted = plain(words.value).split(/\s+/).filter(Boolean);
    const names = new Set();
    const all = new Set();
    for (const row of rows) {
      const fits = wanted.every((word) => found.get(row).includes(word)) &&
        (state.value === "*" || row.dataset.state === state.value);
      row.hidden = !fits;
      const name = agency(row);
      all.add(name);
      if (fits) names.add(name);
    }
    document.getElementById("page-shown").textContent = names.size + " of " + all.size + " agencies";
    document.getElementById("page-nothing").hidden = names.size > 0 || all.size === 0;
  }

  // The second header line holds the four columns under the heading that spans them, from the fifth on.
  const first = Array.from(table.tHead.rows[0].cells);
  const columns = [...first.slice(0, 4), ...table.tHead.rows[1].cells, ...first.slice(5)];
  columns.forEach((header, column) => {
    if (!header.dataset.sort) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => sort(header, column));
  });
  const form = document.getElementById("page-filter");
  form.addEventListener("submit", (event) => event.preventDefault());
  words.addEventListener("input", show);
  state.addEventListener("change", show);
  form.hidden = false;
  show();
})();
