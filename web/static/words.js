/* Reads a field for free words while somebody writes, and says what would be covered and what could
 * be said with more care. It asks this server alone, keeps nothing, and never stands in the way.
 */
"use strict";

(() => {
  if (window.safegroundWords) return; // a page that runs anew brings this script again
  window.safegroundWords = true;
  const WAIT = 700;
  const LONG = 60; // shorter fields are for names of things, numbers and dates
  const keep = new Set();
  let field = null;
  let timer = null;
  let asked = 0;

  const style = Object.assign(document.createElement("link"), {
    rel: "stylesheet",
    href: "/web/words.css",
  });
  const box = Object.assign(document.createElement("section"), { id: "sg-words", hidden: true });
  box.setAttribute("role", "status");
  document.head.append(style);
  document.body.append(box);

  /* Names belong into the pages of administrators; searching keeps nothing. */
  function isFree(each) {
    if (location.pathname.startsWith("/admin_") || each.readOnly) return false;
    if (each instanceof HTMLTextAreaElement) return true;
    const isText = each instanceof HTMLInputElement && each.type === "text";
    return isText && each.maxLength >= LONG && each.getAttribute("role") !== "combobox";
  }

  async function ask() {
    const mine = ++asked;
    const asks = field.closest("[class*='st-key-asks_']") ? "yes" : ""; // "@Youth service" may stay
    const body = new URLSearchParams({ words: field.value, keep: [...keep].join(" "), asks });
    try {
      const response = await fetch("/words/check", { method: "POST", body });
      if (response.ok && mine === asked) say(await response.json());
    } catch {
      /* no line: what is saved is covered all the same */
    }
  }

  const line = (words, name = "") =>
    Object.assign(document.createElement("p"), { textContent: words, className: name });

  function button(words, act) {
    const made = Object.assign(document.createElement("button"), { type: "button" });
    made.textContent = words;
    made.addEventListener("click", () => {
      act();
      field.focus();
    });
    return made;
  }

  function say({ found, shown, kinder }) {
    box.replaceChildren();
    box.hidden = !found.length && !kinder.length;
    if (box.hidden) return makeRoom();
    const at = field.getBoundingClientRect();
    box.classList.toggle("left", at.left + at.right > innerWidth); // not over what is written
    if (found.length) {
      box.append(
        line(`This holds ${found}. It is covered before it is kept. Please write about the place instead.`),
        line(shown, "shown"),
      );
    }
    for (const each of kinder) {
      const row = Object.assign(document.createElement("div"), { className: "kinder" });
      const kept = () => {
        keep.add(each.id);
        ask();
      };
      row.append(line(each.says), button("Keep my words", kept));
      box.append(row);
    }
    box.append(button("Close", hide));
    makeRoom();
  }

  /* On a phone the card lies over what stands at its foot: as much room as it takes is added there. */
  function makeRoom() {
    const taken = box.hidden ? 0 : innerHeight - box.getBoundingClientRect().top;
    document.documentElement.style.setProperty("--sg-words", `${Math.ceil(taken)}px`);
  }

  function hide() {
    clearTimeout(timer);
    asked++;
    box.replaceChildren();
    box.hidden = true;
    makeRoom();
  }

  document.addEventListener("input", (event) => {
    if (!isFree(event.target)) return;
    field = event.target;
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target !== field && !box.contains(event.target)) hide();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
})();
