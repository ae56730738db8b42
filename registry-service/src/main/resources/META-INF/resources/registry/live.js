// Replaces elements by what the server sends for them. Without this script the pages are the same, only still.
(() => {
  const live = document.querySelector("[data-live]");
  if (!live || !live.dataset.live || !window.EventSource) return;
  const source = new EventSource(live.dataset.live);
  source.onmessage = (message) => {
    const piece = JSON.parse(message.data);
    const old = document.getElementById(piece.id);
    if (old) old.outerHTML = piece.html;
    else live.insertAdjacentHTML("afterbegin", piece.html);
    document.getElementById("nothing-yet")?.remove();
    if (piece.over && live.dataset.one) source.close();
  };
})();
