"use strict";
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  // Tables: sorted by a click on a head, filtered by typing.
  const number = (text) => {
    const found = text.match(/^[≈▲▼△▽<\s]*([+-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)(?=$|[\s%(])/i);
    return found ? Number(found[1].replace(/,/g, "")) : NaN;
  };
  // Numbers come before words, whichever way they are sorted.
  const compare = (first, second, down) => {
    const [a, b] = [number(first), number(second)];
    if (Number.isNaN(a) !== Number.isNaN(b)) return Number.isNaN(a) ? 1 : -1;
    const found = Number.isNaN(a) ? first.localeCompare(second, undefined, { numeric: true }) : a - b;
    return down ? -found : found;
  };
  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const first = [...table.tBodies[0].rows]; // the third click brings this order back
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const next = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
        const order = next === undefined ? "ascending" : next;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        if (order) head.setAttribute("aria-sort", order);
        const sorted = first.map((row) => [row.cells[column].textContent.trim(), row]);
        const isEmpty = (text) => text === "" || text === "-" || (text === "baseline" && column > 0);
        if (order) sorted.sort(([a], [b]) => isEmpty(a) - isEmpty(b) || (isEmpty(a) ? 0 : compare(a, b, order === "descending")));
        table.tBodies[0].append(...sorted.map(([, row]) => row));
      });
    });
  };
  const filterable = (box, table) => {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 4) return;
    const line = document.createElement("div");
    line.className = "filter";
    const label = document.createElement("label");
    label.textContent = "Filter ";
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = "words in a row";
    label.append(input);
    const count = document.createElement("output");
    count.setAttribute("aria-live", "polite");
    line.append(label, count);
    box.prepend(line);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      count.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
    });
  };
  for (const head of document.querySelectorAll("thead th")) head.scope = "col";
  for (const box of document.querySelectorAll(".table")) {
    const table = box.querySelector("table");
    if (!table || !table.tHead) continue;
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", `Table: ${box.dataset.name}`);
    for (const row of table.tBodies[0].rows) row.cells[0].setAttribute("role", "rowheader");
    sortable(table);
    filterable(box, table);
  }

  // Paper shows what a click would: closed parts are opened, filtered rows come back. Then the
  // screen is as it was.
  let restore = [];
  window.addEventListener("beforeprint", () => {
    const parts = [...document.querySelectorAll("details.teaching:not([open])")];
    const rows = [...document.querySelectorAll(".table tr[hidden]")];
    for (const part of parts) part.open = true;
    for (const row of rows) row.hidden = false;
    restore.push(...parts.map((part) => () => { part.open = false; }), ...rows.map((row) => () => { row.hidden = true; }));
  });
  window.addEventListener("afterprint", () => {
    restore.forEach((undo) => undo());
    restore = [];
  });

  // Pictures: the file is in the page once, so the link to save it is made here.
  for (const image of document.querySelectorAll("img[data-file]")) {
    const link = document.createElement("a");
    link.className = "save";
    link.download = image.dataset.file;
    link.href = image.src;
    link.textContent = `Save as ${image.dataset.file.split(".").pop().toUpperCase()}`;
    link.setAttribute("aria-label", `${link.textContent}: ${image.dataset.file}`);
    image.closest("figure").append(link);
  }
  const scrolling = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of document.querySelectorAll(".picture .plot")) scrolling.observe(box);

  // Figures: each is drawn when it comes near the window, and again when the theme changes.
  const element = document.getElementById("charts");
  if (!element) return;
  const { charts, fields, dark: darkColours } = JSON.parse(element.textContent);
  const expand = (columns) => {
    const names = Object.keys(columns);
    const values = names.map((name) => {
      const { levels, codes } = columns[name];
      return levels ? codes.map((code) => (code === null ? null : levels[code])) : columns[name];
    });
    const rows = [];
    for (let row = 0; row < (values.length ? values[0].length : 0); row += 1) {
      const entry = {};
      names.forEach((name, column) => {
        const value = values[column][row];
        if (value !== null) entry[name] = name === "colour" ? themed(value) : value;
      });
      rows.push(entry);
    }
    return rows;
  };
  const themed = (text) => {
    if (!dark.matches) return text;
    return text.replace(/#[0-9A-Fa-f]{6}/g, (colour) => darkColours[colour.toUpperCase()] || colour);
  };
  const config = (narrow) => {
    const [ink, quiet, rule] = dark.matches ? ["#e6e9ec", "#a3adb8", "#343b43"] : ["#1f2328", "#57606a", "#e3e7eb"];
    return {
      background: dark.matches ? "#14171b" : "#ffffff",
      aria: false,
      font: "system-ui, Segoe UI, Roboto, Noto Sans, sans-serif",
      view: { stroke: "transparent" },
      axis: { labelColor: ink, titleColor: quiet, gridColor: rule, domainColor: quiet, tickColor: quiet, titleFontWeight: "normal", labelFontSize: 12, titleFontSize: 12 },
      legend: { labelColor: ink, titleColor: quiet, labelFontSize: 12, labelLimit: 200, ...(narrow ? { orient: "bottom", columns: 2 } : {}) },
      header: { labelColor: ink, titleColor: quiet, labelFontSize: 12 },
    };
  };
  // The numbers of a figure as a table, for those who cannot see or point at it.
  const numbers = (details) => {
    const rows = Object.values(charts[details.dataset.numbers].data).flatMap(expand);
    const shown = Object.keys(fields).filter((field) => rows.some((row) => field in row));
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const field of shown) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = fields[field];
      head.append(cell);
    }
    const body = table.createTBody();
    const told = new Set();
    for (const row of rows) {
      const texts = shown.map((field) => String(row[field] ?? ""));
      if (!texts.some(Boolean) || told.has(texts.join("|"))) continue;
      told.add(texts.join("|"));
      const line = body.insertRow();
      for (const text of texts) line.insertCell().textContent = text;
      line.cells[0].setAttribute("role", "rowheader");
    }
    const box = document.createElement("div");
    box.className = "table";
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "Table: numbers of the figure");
    box.append(table);
    details.append(box);
    sortable(table);
  };
  for (const details of document.querySelectorAll("details.numbers")) {
    details.addEventListener("toggle", () => numbers(details), { once: true });
  }
  const draw = (plot) => {
    const chart = charts[plot.dataset.chart];
    const spec = JSON.parse(themed(JSON.stringify(chart.spec)));
    spec.datasets = Object.fromEntries(Object.entries(chart.data).map(([name, columns]) => [name, expand(columns)]));
    const options = {
      renderer: "svg",
      config: config(plot.clientWidth < 480),
      actions: { export: true, source: false, compiled: false, editor: false },
      downloadFileName: plot.dataset.chart.replace(/[^A-Za-z0-9._-]+/g, "-"),
      tooltip: { theme: dark.matches ? "dark" : "light" },
    };
    plot.tabIndex = 0;
    const failed = (error) => {
      plot.textContent = `This figure could not be drawn: ${error.message}`;
      throw error;
    };
    plot.dataset.drawn = "yes";
    return vegaEmbed(plot, spec, options).then((result) => {
      plot.finish = () => result.finalize();
      const menu = plot.querySelector("details > summary");
      if (menu) menu.setAttribute("aria-label", "Save this figure");
    }, failed);
  };
  const plots = [...document.querySelectorAll("[data-chart]")];
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting && !entry.target.dataset.drawn) draw(entry.target);
  }, { rootMargin: "600px" });
  plots.forEach((plot) => near.observe(plot));
  // The others follow while nothing else is to be done, so that all are there for the printer.
  const idle = window.requestIdleCallback || ((work) => setTimeout(work, 50));
  const rest = () => {
    const plot = plots.find((found) => !found.dataset.drawn);
    if (plot) draw(plot).catch(() => null).then(() => idle(rest));
  };
  idle(rest);
  dark.addEventListener("change", () => {
    for (const plot of plots.filter((found) => found.finish)) {
      plot.finish();
      draw(plot);
    }
  });
})();
