// Goes on once every app in a frame was loaded, or after the longest wait. Without this file the header `Refresh` does it, later.
const link = document.querySelector("[data-next]");
const go = () => location.replace(link.href);
if (document.readyState === "complete") go();
else {
  addEventListener("load", go);
  setTimeout(go, Number(link.dataset.next) * 1000);
}
