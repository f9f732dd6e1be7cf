"use strict";
// The table is complete and sorted by name without this script, which adds sorting, looking up and filtering.
(function () {
  const MOST = 200; // lines in the page at once, where there are more than twice as many
  const FIRST = 30; // lines put in at once, more than a screen holds; the others follow when the hands rest
  const by = (id) => document.getElementById("page-" + id);
  const table = by("agencies");
  const body = table.tBodies[0];
  if (body.rows[0].cells.length < 2) return;
  const words = by("words");
  const filters = { state: by("state"), role: by("role"), compared: by("compared") };
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const letters = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ı: "i" };
  const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/[\p{M}.'’ʻ]/gu, "")
    .replace(/[ßæœøđðþłı]/g, (one) => letters[one]).replace(/[^\p{L}\p{N}]+/gu, " ").trim();

  // ---- what stands in each line

  const fullName = new Map(Array.from(filters.state.options, (one) => [one.value, one.text]));
  const roleOf = new Map(Array.from(filters.role.options, (one) => [one.text, one.value]));
  const TEXT = ["agency", "state", "role"];
  const headers = Array.from(table.tHead.rows[0].cells).filter((header) => header.dataset.sort);
  const column = new Map(headers.map((header, place) => [header.dataset.sort, place]));
  const agencies = new Map();
  const isUnknown = (cell) => cell.firstElementChild !== null && cell.firstElementChild.className === "unknown";
  const lines = Array.from(body.rows, (row, place) => {
    const cells = row.cells;
    const agency = (cells[0].querySelector("bdi, a[href^='./']") || cells[0].firstChild).textContent;
    const state = isUnknown(cells[1]) ? "" : cells[1].textContent;
    const first = cells[column.get("ratio")].firstElementChild;
    const compared = first && /^(DETAILS|A)$/.test(first.tagName) ? "refused" : first && first.className === "unknown" ? "" : "compared";
    const key = agency + "\n" + (cells[0].querySelector("a").getAttribute("href"));
    if (!agencies.has(key)) agencies.set(key, agencies.size);
    return {
      row, place, state, compared, role: roleOf.get(cells[2].textContent) || "", number: agencies.get(key),
      text: fold(agency + " " + state + " " + (fullName.get(state) || "")), agency: agency, is_ready: false,
    };
  });

  function value(line, name) {
    if (name === "agency" || name === "state") return line[name] || null;
    const cell = line.row.cells[column.get(name)];
    if (name === "role") return line.role && cell.textContent;
    const drawn = name === "month" && cell.dataset.d;
    if (drawn) return drawn.split(" ")[2] === "" ? null : Number(drawn.split(" ")[2]);
    const number = cell.dataset.v || (name === "month" || name === "ratio" ? "" : cell.firstChild.textContent.replace(/,/g, ""));
    return /^-?[\d.]/.test(number) ? Number.parseFloat(number) : null;
  }

  // What a very long table leaves to this script: drawings of months, and reasons beside what was refused.
  function dress(line) {
    if (line.is_ready) return line.row;
    line.is_ready = true;
    const months = line.row.cells[column.get("month")];
    if (months.dataset.d) {
      months.append(draw(...months.dataset.d.split(" ")));
      if (line.row.cells[9]) link_letters(line.row);
    }
    const link = line.row.querySelector("a[href^='#why-']");
    if (link) unfold(link);
    return line.row;
  }

  function draw(searches, related) {
    const make = (name, attributes) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const one in attributes) element.setAttribute(one, attributes[one]);
      return element;
    };
    const wide = 120 / searches.length;
    const bars = (levels, floor, high) => Array.from(levels, (level, place) => level === "." || level === "0" ? "" :
      "M" + (place * wide).toFixed(1) + " " + floor + "v-" + (level * high / 9).toFixed(1) + "h" + (wide * 0.8).toFixed(1) + "V" + floor + "z").join("");
    const gaps = Array.from(searches, (level, place) => level === "." ?
      "M" + (place * wide).toFixed(1) + " 27.5h" + (wide * 0.8).toFixed(1) : "").join("");
    const svg = make("svg", { role: "img", width: 120, height: 28, viewBox: "0 0 120 28", "aria-label": "Searches by month, and the immigration-related ones" });
    svg.append(make("path", { d: bars(searches, 16, 15), fill: "currentColor", "fill-opacity": 0.55 }));
    svg.append(make("path", { d: bars(related, 28, 10), fill: "#d4550f" }));
    svg.append(make("path", { d: gaps, stroke: "currentColor", "stroke-dasharray": "1 1.5" }));
    return svg;
  }

  function link_letters(row) {
    const files = row.cells[9].textContent.split(" ").filter(Boolean);
    const report = row.cells[0].querySelector("a").getAttribute("href");
    row.cells[9].replaceChildren(...files.flatMap((file) => {
      const link = document.createElement("a");
      link.href = report.replace("index.html", file);
      link.textContent = decodeURIComponent(file).replace(/\.\w+$/, "");
      return [link, " "];
    }));
  }

  function unfold(link) {
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    const small = link.nextElementSibling;
    const reason = document.getElementById(link.getAttribute("href").slice(1)).textContent;
    summary.append(link.textContent, ...(small ? [small] : []));
    details.append(summary, reason);
    link.replaceWith(details);
  }

  // ---- what is wanted, as the address says it

  const START = { q: "", state: "*", role: "*", compared: "*", sort: "agency", down: false };
  let wanted = { ...START };

  function address(from) {
    const parts = new URLSearchParams();
    if (from.q) parts.set("q", from.q);
    for (const name in filters) if (from[name] !== "*") parts.set(name, from[name]);
    if (from.sort !== "agency" || from.down) parts.set("sort", (from.down ? "-" : "") + from.sort);
    return parts.toString();
  }

  function parse(fragment) {
    const parts = new URLSearchParams(fragment);
    const read = { ...START, q: parts.get("q") || "" };
    for (const name in filters) {
      const asked = parts.get(name);
      if (Array.from(filters[name].options).some((one) => one.value === asked)) read[name] = asked;
    }
    const sort = (parts.get("sort") || "").replace(/^-/, "");
    if (column.has(sort)) Object.assign(read, { sort, down: parts.get("sort").startsWith("-") });
    return read;
  }

  // Letters typed in one go are one step back; every choice is one.
  let waiting = 0;
  let was_typed = false;
  function remember(is_typed) {
    clearTimeout(waiting);
    waiting = 0;
    const now = "#" + address(wanted);
    if (now === (location.hash || "#")) return;
    const replace = is_typed && was_typed;
    was_typed = is_typed;
    try {
      history[replace ? "replaceState" : "pushState"](null, "", now);
    } catch {
      if (replace) location.replace(now); else location.hash = now;
    }
  }

  function change(what, is_typed) {
    if (waiting) remember(true);
    Object.assign(wanted, what);
    if (is_typed) {
      clearTimeout(waiting);
      waiting = setTimeout(() => remember(true), 400);
    } else remember(false);
    show();
  }

  // ---- what is shown

  let sorted = lines;
  let sorted_by = "agency";
  let found = [];
  let count = MOST;

  // What is not known stands last whichever way the table is sorted: it is neither small nor large.
  function sort() {
    const { sort: name, down } = wanted;
    if (sorted_by === (down ? "-" : "") + name) return;
    sorted_by = (down ? "-" : "") + name;
    const is_text = TEXT.includes(name);
    const missing = (key) => key === null || key === "";
    const keyed = lines.map((line) => [value(line, name), line]);
    keyed.sort(([a, one], [b, other]) => {
      if (missing(a) || missing(b)) return missing(a) - missing(b) || one.place - other.place;
      const difference = is_text ? order.compare(a, b) : a - b;
      return (down ? -difference : difference) || one.place - other.place;
    });
    sorted = keyed.map((pair) => pair[1]);
  }

  function show() {
    sort();
    const parts = fold(wanted.q).split(" ").filter(Boolean);
    const fits = (line) => parts.every((part) => line.text.includes(part)) &&
      Object.keys(filters).every((name) => wanted[name] === "*" || line[name] === wanted[name]);
    found = sorted.filter(fits);
    fill(lines.length > 2 * MOST ? MOST : found.length, FIRST);
    const header = headers[column.get(wanted.sort)];
    headers.forEach((one) => one !== header && one.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", wanted.down ? "descending" : "ascending");
    if (words.value !== wanted.q) words.value = wanted.q;
    for (const name in filters) filters[name].value = wanted[name];
    by("sort").value = (wanted.down ? "-" : "") + wanted.sort;
  }

  let following = 0;
  function fill(most, at_once = most) {
    clearTimeout(following);
    count = Math.min(most, found.length);
    body.replaceChildren(...found.slice(0, Math.min(count, at_once)).map(dress));
    if (at_once < count) following = setTimeout(follow_on, 120);
    by("nothing").hidden = found.length > 0;
    by("rest").hidden = count === found.length;
    by("next").textContent = "Show " + Math.min(MOST, found.length - count) + " more";
    by("all").textContent = "Show all " + found.length.toLocaleString("en") + " lines";
    by("shown").textContent = tell();
  }

  function follow_on() {
    const there = body.rows.length;
    body.append(...found.slice(there, Math.min(count, there + FIRST)).map(dress));
    if (there + FIRST < count) following = setTimeout(follow_on, 20);
  }

  function tell() {
    const some = (number, one, many) => number.toLocaleString("en") + " " + (number === 1 ? one : many);
    const names = new Set(found.map((line) => line.number)).size;
    const head = names.toLocaleString("en") + " of " + some(agencies.size, "agency", "agencies") + ", " + some(found.length, "line", "lines") +
      (count < found.length ? ", the first " + count.toLocaleString("en") + " shown" : "");
    const way = TEXT.includes(wanted.sort) ? (wanted.down ? "Z to A" : "A to Z") : (wanted.down ? "largest first" : "smallest first");
    return head + ". Sorted by “" + title(headers[column.get(wanted.sort)]) + "”, " + way + ".";
  }

  function title(header) {
    return header.querySelector("button").firstChild.textContent.trim();
  }

  function more(most) {
    const first = count;
    fill(most);
    const link = found[first].row.querySelector("a, summary");
    if (link) link.focus();
  }

  // ---- hands

  headers.forEach((header) => {
    const name = header.dataset.sort;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const is_again = wanted.sort === name;
      change({ sort: name, down: is_again ? !wanted.down : !TEXT.includes(name) });
    });
    const ways = TEXT.includes(name) ? ["A to Z", "Z to A"] : ["smallest first", "largest first"];
    ways.forEach((way, down) => by("sort").add(new Option(button.firstChild.textContent.trim() + ", " + way, (down ? "-" : "") + name)));
  });
  by("filter").addEventListener("submit", (event) => event.preventDefault());
  words.addEventListener("input", () => change({ q: words.value }, true));
  words.addEventListener("change", () => waiting && remember(true));
  for (const name in filters) filters[name].addEventListener("change", (event) => change({ [name]: event.target.value }));
  by("sort").addEventListener("change", (event) =>
    change({ sort: event.target.value.replace("-", ""), down: event.target.value.startsWith("-") }));
  by("clear").addEventListener("click", () => {
    change({ q: "", state: "*", role: "*", compared: "*" });
    words.focus();
  });
  by("next").addEventListener("click", () => more(count + MOST));
  by("all").addEventListener("click", () => more(found.length));

  // An address of a place on this page (`#page-content`) leaves the table as it is.
  function follow() {
    const fragment = location.hash.slice(1);
    if (fragment && !fragment.includes("=")) return;
    was_typed = false;
    wanted = parse(fragment);
    show();
  }
  window.addEventListener("hashchange", follow);
  let before_print = 0;
  window.addEventListener("beforeprint", () => {
    before_print = count;
    fill(found.length);
  });
  window.addEventListener("afterprint", () => fill(before_print));

  const wide = matchMedia("(min-width: 74rem)");
  const open = () => { by("more").open = wide.matches || address({ ...wanted, q: "" }) !== ""; };
  wide.addEventListener("change", open);
  const reasons = by("whys");
  if (reasons) reasons.hidden = true; // each stands in its line
  by("filter").hidden = false;
  follow();
  if (!by("shown").textContent) show();
  open();
})();
