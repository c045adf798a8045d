// Suggestions under the search line, as a combobox by the ARIA practices; without this file the form does all the same.
"use strict";

(() => {
  const field = document.getElementById("q");
  const list = document.getElementById("suggestions");
  const said = document.getElementById("suggestions-said");
  if (!field || !list) return;
  const WAIT_MS = 120;
  let timer = 0, asked = 0, span = null, active = -1;

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  // The server counts code points, a browser UTF-16 units.
  const points = (text) => Array.from(text).length;
  const units = (text, count) => Array.from(text).slice(0, count).join("").length;

  function close() {
    asked += 1;
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function show(answer) {
    span = answer;
    active = -1;
    list.replaceChildren(...answer.found.map((each, place) => {
      const option = document.createElement("li");
      option.id = `suggestion-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const code = document.createElement("code");
      code.textContent = each.text;
      const label = document.createElement("span");
      label.textContent = each.label;
      option.append(code, label);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(place); });
      return option;
    }));
    list.hidden = answer.found.length === 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
    field.removeAttribute("aria-activedescendant");
    said.textContent = list.hidden ? "" : `${answer.found.length} suggestions, arrow down to choose`;
  }

  async function ask() {
    const turn = ++asked;
    const place = points(field.value.slice(0, field.selectionStart));
    const address = `/api/suggest?${new URLSearchParams({ q: field.value, at: String(place) })}`;
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      if (response.ok && turn === asked) {
        const answer = await response.json();
        if (turn === asked && document.activeElement === field) show(answer);
      }
    } catch {
      close();
    }
  }

  function take(place) {
    const { text } = span.found[place];
    const start = units(field.value, span.start), end = units(field.value, span.end);
    const isOpen = text.endsWith(":");
    const after = field.value.slice(end);
    const gap = isOpen || after.startsWith(" ") ? "" : " ";
    field.value = field.value.slice(0, start) + text + gap + after;
    const cursor = start + text.length + gap.length;
    field.setSelectionRange(cursor, cursor);
    close();
    if (isOpen) ask();
  }

  function mark(place) {
    const options = list.children;
    active = (place + options.length) % options.length;
    Array.from(options).forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
    options[active].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", options[active].id);
  }

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT_MS); });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (list.hidden) {
      if (event.key === "ArrowDown") { event.preventDefault(); ask(); }
      return;
    }
    if (event.key === "ArrowDown") { event.preventDefault(); mark(active + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(active < 0 ? -1 : active - 1); }
    else if (event.key === "Enter" && active >= 0) { event.preventDefault(); take(active); }
    else if (event.key === "Escape") { event.preventDefault(); close(); }
    else if (event.key === "Enter" || event.key === "Tab") clearTimeout(timer), close();
  });
})();
