// Brings the words that a reader selects in an article into the form for highlights. All of it works without.
(() => {
  const body = document.querySelector(".body");
  const form = document.getElementById("noting");
  const quote = document.getElementById("note-quote");
  const near = document.getElementById("note-near");
  if (!body || !form || !quote || !near) return;

  const button = document.createElement("button");
  button.type = "button";
  button.className = "highlighting";
  button.textContent = "Highlight";
  button.hidden = true;
  document.body.append(button);

  const selected = () => {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
    const range = selection.getRangeAt(0);
    return body.contains(range.commonAncestorContainer) && selection.toString().trim() ? { selection, range } : null;
  };

  const passageOf = (node) => {
    const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    return element ? element.closest("[data-start]") : null;
  };

  const place = () => {
    const found = selected();
    button.hidden = !found;
    if (!found) return;
    const box = found.range.getBoundingClientRect();
    button.style.left = `${Math.max(8, Math.min(box.left + window.scrollX, document.documentElement.clientWidth - 130))}px`;
    button.style.top = `${box.bottom + window.scrollY + 8}px`;
  };

  document.addEventListener("selectionchange", place);
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    const found = selected();
    if (!found) return;
    const passage = passageOf(found.range.startContainer);
    quote.value = found.selection.toString().trim();
    if (passage) {
      const before = document.createRange();
      before.selectNodeContents(passage);
      before.setEnd(found.range.startContainer, found.range.startOffset);
      near.value = String(Number(passage.dataset.start) + [...before.toString()].length);
    }
    button.hidden = true;
    form.open = true;
    document.getElementById("note-text").focus();
  });
})();
