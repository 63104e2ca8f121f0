// Streamlit asks for this to be set before it starts.
window.prerenderReady = false;
// The server is at the top of this address. Streamlit would look for it below every screen first, and note two errors.
window.__streamlit = { BACKEND_BASE_URL: location.origin };

// A socket that closes may mean that the network is gone, or that this sign-in is over. The door knows which: if it is
// over, the page goes to where one signs in, instead of trying for ever with an English message.
(() => {
  let asking = false;

  async function leaveIfOver() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch("/door/session", { cache: "no-store" });
      if (answer.status === 401) {
        const here = location.pathname + location.search;
        location.replace("/login?ended" + (here === "/" ? "" : "&next=" + encodeURIComponent(here)));
        return;
      }
    } catch {
      // No network: Streamlit says so and tries again.
    }
    asking = false;
  }

  const Native = window.WebSocket;
  window.WebSocket = class WebSocket extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener("close", leaveIfOver);
    }
  };

  // "Back" after signing out may bring a page out of the browser's memory.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) leaveIfOver();
  });
})();

// An export that was just made is fetched at once, without a second press; its link stays for another time.
(() => {
  const KEPT = "refund-fetched";
  const fetched = new Set(JSON.parse(sessionStorage.getItem(KEPT) || "[]"));
  // The browser keeps this list by itself: nothing is searched for while a screen is drawn.
  const made = document.getElementsByClassName("st-key-made");

  function fetchNew() {
    for (const link of [...made].flatMap((place) => [...place.querySelectorAll('a[href*="/exports/"]')])) {
      const path = new URL(link.href).pathname;
      if (fetched.has(path)) continue;
      fetched.add(path);
      sessionStorage.setItem(KEPT, JSON.stringify([...fetched]));
      const once = document.createElement("a");
      once.href = path;
      once.download = "";
      once.click();
    }
  }

  // A second file on the same screen comes as another address of the same link.
  const changes = { childList: true, subtree: true, attributes: true, attributeFilter: ["href"] };
  new MutationObserver(fetchNew).observe(document.documentElement, changes);
})();

// Streamlit puts the sections of its navigation between a list and its items; a list that is none is no list to a screen
// reader. It stays a navigation with links.
(() => {
  const lists = document.getElementsByTagName("ul");

  function mend() {
    for (const list of lists) {
      if (list.dataset.testid !== "stSidebarNavItems") continue;
      for (const element of [list, ...list.getElementsByTagName("li")]) {
        if (!element.role) element.role = "none";
      }
    }
  }

  new MutationObserver(mend).observe(document.documentElement, { childList: true, subtree: true });
})();

// Streamlit takes a text when its field loses the focus, and of a field that is gone nothing: before Escape shuts a dialog, the
// field in which somebody types hands over what stands there.
(() => {
  const FIELDS = "[role=dialog] textarea, [role=dialog] input:not([role=combobox])";

  function handOver(event) {
    if (event.key === "Escape" && event.target.matches?.(FIELDS)) event.target.blur();
  }

  document.addEventListener("keydown", handOver, true);
})();
