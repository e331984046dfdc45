"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const CHANGES = { A: "added", C: "changed", D: "deleted", "": "" };
  const WORDS = { A: "added", C: "changed", D: "deleted" };
  const SIGNS = { A: "+ ", C: "~ ", D: "− ", "": "" };
  const MOST = 300;

  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const size = (bytes) => {
    if (bytes < 1000) return `${bytes} B`;
    for (const unit of ["kB", "MB", "GB"]) {
      bytes /= 1000;
      if (bytes < 1000 || unit === "GB") return `${bytes.toPrecision(3)} ${unit}`;
    }
    return "";
  };

  /* A node is [name, change, size, note, children or 0]. */
  const line = (node) => {
    const [name, change, bytes, note, children] = node;
    const row = make("span", CHANGES[change], SIGNS[change] + name + (children ? "/" : ""));
    if (WORDS[change]) row.title = WORDS[change];
    const rest = make("span", "size", `${note ? "  " + note : ""}  ${bytes ? size(bytes) : ""}`);
    row.append(rest);
    return row;
  };
  const branch = (nodes) => {
    const list = make("ul");
    const show = (from) => {
      for (const node of nodes.slice(from, from + MOST)) {
        const item = make("li");
        if (node[4] && node[4].length) {
          const folder = make("details");
          const summary = make("summary");
          summary.append(line(node));
          folder.append(summary);
          folder.addEventListener("toggle", () => {
            if (folder.open && folder.children.length === 1) folder.append(branch(node[4]));
          });
          item.append(folder);
        } else {
          item.className = "leaf";
          item.append(line(node));
        }
        list.append(item);
      }
      if (from + MOST < nodes.length) {
        const item = make("li");
        const more = make("button", "", `${nodes.length - from - MOST} more`);
        more.addEventListener("click", () => { item.remove(); show(from + MOST); });
        item.append(more);
        list.append(item);
      }
    };
    show(0);
    return list;
  };

  for (const layer of document.querySelectorAll("details.layer")) {
    const place = layer.querySelector(".tree");
    const fill = () => {
      if (place && layer.open && !place.children.length) place.append(branch(data.trees[Number(layer.dataset.tree)]));
    };
    layer.addEventListener("toggle", fill);
    fill();
  }
  for (const link of document.querySelectorAll(".area a")) {
    link.addEventListener("click", () => {
      const layer = document.querySelector(link.getAttribute("href"));
      if (layer) layer.open = true;
    });
  }

  const search = document.getElementById("search");
  if (search) {
    let paths = null;
    const collect = () => {
      paths = [];
      data.trees.forEach((tree, index) => {
        const walk = (nodes, before) => {
          for (const node of nodes) {
            const path = `${before}/${node[0]}`;
            paths.push([path, node, index]);
            if (node[4]) walk(node[4], path);
          }
        };
        walk(tree, "");
      });
    };
    const found = document.getElementById("found");
    const told = document.getElementById("told");
    let waiting = 0;
    const look = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      found.replaceChildren();
      told.textContent = "";
      if (!words.length) return;
      if (!paths) collect();
      const hits = paths.filter(([path]) => words.every((word) => path.toLowerCase().includes(word)));
      told.textContent = `${hits.length} found${hits.length > MOST ? `, the first ${MOST} shown` : ""}`;
      for (const [path, node, index] of hits.slice(0, MOST)) {
        const item = make("li");
        const link = make("a", "", `layer ${data.numbers[index]}`);
        link.href = `#layer-${data.numbers[index]}`;
        item.append(link, " ", line([path, node[1], node[2], node[3], node[4]]));
        found.append(item);
      }
    };
    search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 120); });
  }

  const theme = document.getElementById("theme");
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
})();
