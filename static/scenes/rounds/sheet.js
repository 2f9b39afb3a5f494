/** The scene's own sheet, once a page. */
export function dress() {
  const href = new URL('./rounds.css', import.meta.url).href;
  if (document.querySelector(`link[rel="stylesheet"][href="${href}"]`) !== null) return;
  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet';
  sheet.href = href;
  document.head.append(sheet);
}
