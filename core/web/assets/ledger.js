// Sending ledger files: straight to the product's own route, with how far it is. The markup and every word come from the
// screen (pages/parts/ledger_upload.py); listeners sit on the document, because the screen may be drawn anew at any time.
"use strict";

(() => {
  if (window.refundLedger) return;
  window.refundLedger = true;

  let request = null;

  const field = () => document.querySelector("[data-refund-ledger]");
  const part = (name) => field()?.querySelector(`[data-part="${name}"]`);
  const word = (name) => field()?.dataset[name] ?? "";

  function tell(sentence) {
    const place = part("error");
    if (place) place.textContent = sentence;
  }

  function showProgress(percent) {
    const sending = request !== null;
    part("choose")?.toggleAttribute("disabled", sending);
    part("state")?.toggleAttribute("hidden", !sending);
    if (!sending) return;
    const bar = part("bar");
    if (bar) bar.value = percent;
    const said = part("said");
    if (said) said.textContent = word("sending").replace("{percent}", percent);
  }

  function fault(files) {
    if (files.length > Number(word("mostFiles"))) return word("tooMany");
    if (files.reduce((sum, file) => sum + file.size, 0) > Number(word("mostBytes"))) return word("tooLarge");
    const kinds = word("kinds").split(" ");
    const stranger = files.find((file) => !kinds.includes(file.name.split(".").pop().toLowerCase()));
    return stranger ? word("stranger").replace("{name}", stranger.name) : "";
  }

  function end(sentence) {
    request = null;
    const input = part("input");
    if (input) input.value = "";
    showProgress(0);
    tell(sentence);
  }

  function answered() {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      answer = {};
    }
    end(answer.upload ? "" : answer.error || word("failed"));
    if (answer.upload) location.assign(`${word("screen")}?upload=${encodeURIComponent(answer.upload)}`);
  }

  function send(list) {
    const files = Array.from(list ?? []);
    if (!files.length || request !== null) return;
    const wrong = fault(files);
    tell(wrong);
    if (wrong) return;
    const form = new FormData();
    for (const file of files) form.append("files", file, file.name);
    request = new XMLHttpRequest();
    request.upload.onprogress = (event) => {
      showProgress(event.lengthComputable ? Math.floor((event.loaded / event.total) * 100) : 0);
    };
    request.onload = answered;
    request.onerror = () => end(word("failed"));
    request.onabort = () => end(word("cancelled"));
    request.open("POST", word("route"));
    showProgress(0);
    request.send(form);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.('[data-refund-ledger] [data-part="choose"]')) part("input")?.click();
    if (event.target.closest?.('[data-refund-ledger] [data-part="cancel"]')) request?.abort();
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest?.('[data-refund-ledger] [data-part="input"]')) send(event.target.files);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const place = event.target.closest?.("[data-refund-ledger]");
      if (!place) return;
      event.preventDefault();
      place.classList.toggle("refund-over", kind === "dragover");
      if (kind === "drop") send(event.dataTransfer.files);
    });
  }
})();
