/* The small script of a report: it adds to pages that work without it, and asks this server alone.
 *
 * What is typed on a page is kept on the device until that page was sent, so that a lost line loses
 * nothing; then the page is sent again by itself. It is wiped after sending, after 24 hours, and by
 * "Leave this site". Whatever the server says is put into the page as text.
 */
"use strict";

(() => {
  const KEY = "safeground-report";
  const DAY = 24 * 60 * 60 * 1000;
  const AGAIN = 5000;
  const HIDDEN = new Set(["form_token", "drawn", "website"]);
  let retry = null;

  /* What is kept on the device: {at, path, fields, sending, photos}; of photographs only that
   * there were some. Private modes may refuse it. */
  const kept = {
    read() {
      try {
        const found = JSON.parse(localStorage.getItem(KEY));
        if (found && Date.now() - found.at < DAY) return found;
      } catch {
        /* not readable: as if there were none */
      }
      kept.wipe();
      return null;
    },
    write(form, sending) {
      const given = [...new FormData(form)].filter(([name]) => !HIDDEN.has(name));
      const fields = given.filter(([, value]) => typeof value === "string");
      const photos = given.some(([, value]) => value.size > 0);
      const before = kept.read();
      const at = before && before.path === location.pathname ? before.at : Date.now();
      try {
        const path = location.pathname;
        localStorage.setItem(KEY, JSON.stringify({ at, path, fields, sending, photos }));
      } catch {
        /* the page works without */
      }
    },
    wipe() {
      try {
        localStorage.removeItem(KEY);
      } catch {
        /* nothing was kept */
      }
    },
  };

  /* Put back what was typed before the page was lost; send it if it was on its way. */
  function restore(form) {
    const found = kept.read();
    if (!found || found.path !== location.pathname) return;
    const given = new Map(found.fields);
    for (const field of form.elements) {
      if (!field.name || HIDDEN.has(field.name) || /^(submit|file)$/.test(field.type)) continue;
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = given.get(field.name) === field.value;
      } else if (given.has(field.name)) {
        field.value = given.get(field.name);
      }
    }
    if (found.photos) askAgain(form);
    else if (found.sending) form.requestSubmit();
  }

  /* A page that was lost has lost its photographs as well: say so, and leave it to the reporter. */
  function askAgain(form) {
    const words = "This page was closed before it was sent. Please choose your photographs again.";
    const note = Object.assign(document.createElement("p"), { className: "told", textContent: words });
    note.setAttribute("role", "status");
    form.prepend(note);
  }

  /* Send a form; where the line is lost, say so, keep all of it, and try again. */
  async function send(form, submitter) {
    clearTimeout(retry);
    const given = new FormData(form);
    const data = form.enctype === "multipart/form-data" ? given : new URLSearchParams(given);
    if (submitter && submitter.name) data.append(submitter.name, submitter.value);
    if (form.matches("[data-keep], [data-send]")) kept.write(form, true);
    form.setAttribute("aria-busy", "true");
    let response;
    try {
      response = await fetch(form.action, { method: "POST", body: data, redirect: "follow" });
      if (response.status >= 502) throw new TypeError("nobody answers");
    } catch {
      form.removeAttribute("aria-busy");
      offline(() => send(form, submitter));
      return;
    }
    form.removeAttribute("aria-busy");
    kept.wipe();
    if (response.redirected) location.assign(response.url);
    else show(await response.text());
  }

  function offline(again) {
    let note = document.querySelector(".offline");
    if (!note) {
      note = document.createElement("p");
      note.className = "offline";
      note.tabIndex = -1;
      note.setAttribute("role", "alert");
      document.querySelector("main").prepend(note);
      note.textContent =
        "There is no connection. Nothing is lost: your answers are kept on this device. " +
        "We send them when the line is back. Please keep this page open.";
      note.focus();
    }
    retry = setTimeout(again, AGAIN);
    addEventListener("online", again, { once: true });
  }

  /* Show the same page anew, with what was wrong. */
  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    document.title = page.title;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    begin();
    scrollTo(0, 0);
    document.querySelector("main .summary, main h1").focus();
  }

  function leave(form) {
    kept.wipe();
    sessionStorage.removeItem(SPOT);
    clearTimeout(retry);
    navigator.sendBeacon(form.action, new URLSearchParams(new FormData(form)));
    document.body.replaceChildren();
    document.title = "Today";
    location.replace(form.dataset.leave);
  }

  /* Three times Shift, alone and within five seconds, leaves as well. */
  function watchKeys(form) {
    let presses = [];
    addEventListener("keydown", (event) => {
      if (event.repeat) return;
      const now = Date.now();
      presses = event.key === "Shift" ? [...presses.filter((at) => now - at < 5000), now] : [];
      if (presses.length >= 3) leave(form);
    });
  }

  /* Say, while it is written, what would be covered and what could be said with more care. */
  function check(area) {
    const left = document.getElementById(`${area.id}-left`);
    const told = document.getElementById(`${area.id}-found`);
    const keep = new Set();
    let wait = null;
    let asked = 0;
    const count = () => {
      if (left) left.textContent = `${500 - [...area.value].length} characters left.`;
    };
    const ask = async () => {
      const mine = ++asked;
      const body = new URLSearchParams({
        words: area.value,
        keep: [...keep].join(" "),
        form_token: area.dataset.token,
      });
      try {
        const response = await fetch(area.dataset.check, { method: "POST", body });
        const said = await response.json();
        if (mine === asked) say(said);
      } catch {
        /* no line: the page that checks the answers says the same */
      }
    };
    const line = (words) => Object.assign(document.createElement("p"), { textContent: words });
    const say = ({ found = "", shown = "", kinder = [] }) => {
      told.replaceChildren();
      if (found.length) {
        const covered = `We will cover ${found}. Please write about the place instead.`;
        told.append(line(`${covered} We would keep:`));
        told.append(Object.assign(line(shown), { className: "shown" }));
      }
      if (!kinder.length) return;
      told.append(line("This could be said with more care. You may keep your words."));
      for (const each of kinder) {
        const button = Object.assign(document.createElement("button"), {
          type: "button",
          className: "second",
          textContent: "Keep my words",
        });
        button.addEventListener("click", () => {
          keep.add(each.id);
          area.focus();
          ask();
        });
        const row = Object.assign(document.createElement("div"), { className: "kinder" });
        row.append(line(each.says), button);
        told.append(row);
      }
    };
    area.addEventListener("input", () => {
      count();
      clearTimeout(wait);
      wait = setTimeout(ask, 600);
    });
    count();
  }

  /* A spot from our own map comes in the address's fragment, which no server and no log sees. It
   * is taken out of the address at once, offered where the place is asked for, and used once. */
  const SPOT = "safeground-spot";

  function takeSpot() {
    const at = /^#at=(-?\d{1,2}\.\d{1,6}),(-?\d{1,3}\.\d{1,6})$/.exec(location.hash);
    if (!at) return;
    sessionStorage.setItem(SPOT, JSON.stringify([Number(at[2]), Number(at[1])]));
    history.replaceState(null, "", location.pathname);
  }

  function offerSpot(button) {
    let kept = null;
    try {
      kept = sessionStorage.getItem(SPOT);
    } catch {
      /* nothing was kept */
    }
    button.hidden = !kept;
    button.addEventListener("click", () => {
      const points = [JSON.parse(kept)];
      document.getElementById("drawn").value = JSON.stringify({ kind: "pin", points });
      sessionStorage.removeItem(SPOT);
    });
  }

  function openMap(section) {
    const button = document.getElementById("openmap");
    section.hidden = false;
    button.addEventListener(
      "click",
      () => {
        document.getElementById("mapbox").hidden = false;
        button.setAttribute("aria-expanded", "true");
        const script = document.createElement("script");
        script.src = section.dataset.script;
        document.head.append(script);
      },
      { once: true },
    );
  }

  function begin() {
    const form = document.querySelector("main form:is([data-keep], [data-send], [data-line])");
    const summary = document.querySelector("main .summary");
    if (document.querySelector("main form.gate")) kept.wipe(); // a new report begins
    if (form) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (!form.hasAttribute("aria-busy")) send(form, event.submitter);
      });
      if (form.matches("[data-keep]")) form.addEventListener("input", () => kept.write(form, false));
      if (!summary && form.matches("[data-keep], [data-send]")) restore(form);
    }
    for (const area of document.querySelectorAll("main [data-check]")) check(area);
    const section = document.getElementById("onmap");
    if (section) openMap(section);
    takeSpot();
    const spot = document.getElementById("usespot");
    if (spot) offerSpot(spot);
  }

  const way = document.querySelector("form[data-leave]");
  way.addEventListener("submit", (event) => {
    event.preventDefault();
    leave(way);
  });
  watchKeys(way);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  if (document.querySelector("[data-sent]")) {
    kept.wipe();
    const print = document.getElementById("print");
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
  begin();
})();
