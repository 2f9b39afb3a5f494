/**
 * What stands in a column: a title, the number that proves it, what it is a number of, and what to see.
 *
 *   const said = statement();
 *   pane.column([...said.parts, gauge], { least: '22em' });
 *   said.show({ title: '9 = 1 + 3 + 5', number: '0.27', caption: 'v · w', lines: ['…'], sound: true });
 */

import { el } from '../core/element.js';

/** @typedef {{title: string, number?: string, sound?: boolean, caption?: string, lines: string[]}} Words sound: whether the number is as it should be */

export function statement() {
  const title = el('h2');
  const number = el('p', { class: 'number', 'data-number': true });
  const caption = el('p');
  const lines = el('div', { role: 'status' });
  Object.assign(title.style, { fontSize: '1.45em', lineHeight: '1.15' });
  Object.assign(lines.style, { display: 'grid', gap: '0.45em', marginTop: '0.5em' });
  return {
    parts: [title, number, caption, lines],
    /** @param {Words} words */
    show(words) {
      title.textContent = words.title;
      number.hidden = words.number === undefined;
      number.textContent = words.number ?? '';
      number.style.color = words.sound === undefined ? '' : words.sound ? 'var(--total)' : 'var(--message)';
      caption.hidden = words.caption === undefined;
      caption.textContent = words.caption ?? '';
      lines.replaceChildren(...words.lines.filter(Boolean).map((line) => el('p', {}, line)));
    },
  };
}
