/** Buttons, fields and messages of the sheets, to look at below the drawings. */

import { el } from '../../static/core/element.js';

/** @param {string} text @param {Record<string, string>} [more] */
const choice = (text, more = {}) =>
  el('label', {}, el('input', { type: 'radio', name: 'model', ...more }), el('span', {}, text));

function buttons() {
  return el(
    'section',
    { class: 'panel' },
    el('h2', {}, 'Buttons'),
    el(
      'div',
      { class: 'line' },
      el('button', { class: 'button primary' }, 'Next'),
      el('button', { class: 'button' }, 'Back'),
      el('button', { class: 'button', 'aria-pressed': 'true' }, 'Play'),
      el('button', { class: 'button quiet' }, 'Not now'),
      el('button', { class: 'button danger' }, 'Remove'),
      el('button', { class: 'button', disabled: '' }, 'Wait'),
      el('button', { class: 'button small' }, '‹'),
    ),
    el(
      'div',
      { class: 'line' },
      el('span', { class: 'chip' }, '137 joined'),
      el('span', { class: 'badge' }, 'node 17'),
      el('span', { class: 'status live' }, 'live'),
      el('span', { class: 'status' }, 'connecting…'),
      el('span', { class: 'status lost' }, 'connection lost'),
    ),
    el('p', {}, el('kbd', {}, 'Space'), ' play or pause  ', el('kbd', {}, 'D'), ' dark'),
  );
}

function fields() {
  return el(
    'section',
    { class: 'panel' },
    el('h2', {}, 'Fields'),
    el(
      'div',
      { class: 'slider' },
      el('label', { for: 'n' }, 'nodes'),
      el('input', { type: 'range', id: 'n' }),
      el('input', { class: 'number', type: 'text', value: '120', 'aria-label': 'nodes' }),
      el('span', {}, ''),
    ),
    el(
      'fieldset',
      { class: 'segments' },
      el('legend', {}, 'model'),
      el('div', {}, choice('EGNN', { checked: '' }), choice('MLP'), choice('GCN')),
    ),
    el(
      'div',
      { class: 'switch' },
      el('label', { for: 's' }, 'self-loops'),
      el('input', { type: 'checkbox', role: 'switch', id: 's', checked: '' }),
    ),
    el(
      'div',
      { class: 'switch' },
      el('label', { for: 's2' }, 'reflections'),
      el('input', { type: 'checkbox', role: 'switch', id: 's2' }),
    ),
    el(
      'div',
      { class: 'entry' },
      el('label', { for: 'w' }, 'name'),
      el('input', { type: 'text', id: 'w', placeholder: 'lecture2' }),
    ),
  );
}

function messages() {
  return el(
    'section',
    { class: 'panel' },
    el('h2', {}, 'Matrix and messages'),
    el(
      'fieldset',
      { class: 'cells' },
      el('legend', {}, 'W'),
      el(
        'table',
        {},
        el(
          'tbody',
          {},
          ...[0, 1].map((i) =>
            el(
              'tr',
              {},
              ...[0, 1, 2].map((j) =>
                el('td', {}, el('input', { type: 'text', value: i === j ? '1' : '0', 'aria-label': `${i} ${j}` })),
              ),
            ),
          ),
        ),
      ),
    ),
    el('p', { class: 'toast fault' }, 'The cutoff must lie between 0.5 and 3 Å; 7 was given.'),
    el('p', { class: 'toast note' }, 'The link was copied.'),
  );
}

export function showControls() {
  document.getElementById('parts')?.append(buttons(), fields(), messages());
}
