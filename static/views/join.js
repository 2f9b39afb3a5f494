/** The join page: one field for the session ID, in any spelling. */

import { el, found } from '../core/element.js';
import { lookUp, memory } from '../core/enter.js';
import { resourceList } from './resources.js';

const form = found('join', HTMLFormElement);
const field = found('session', HTMLInputElement);
const answerLine = found('answer', HTMLElement);
const button = found('go', HTMLButtonElement);

/** @param {string} id */
function go(id) {
  memory.setItem('last', id);
  location.assign(`/${encodeURIComponent(id)}`);
}

/** @param {string} sentence @param {...Node} choices */
function say(sentence, ...choices) {
  answerLine.replaceChildren(sentence ? el('span', {}, sentence) : '', ...choices);
  field.setAttribute('aria-invalid', sentence ? 'true' : 'false');
}

/** Nothing is wrong with what was typed. @param {string} words */
function waiting(words) {
  say(words);
  field.setAttribute('aria-invalid', 'false');
}

async function join() {
  const typed = field.value.trim();
  if (typed === '') {
    say('Type the session ID that stands on the screen, for example lecture2.');
    field.focus();
    return;
  }
  button.disabled = true;
  say('');
  try {
    // Who copied the whole address means its last part.
    const wanted = typed.split('/').findLast((part) => part.trim() !== '') ?? typed;
    const answer = await lookUp(wanted, waiting);
    if ('found' in answer) {
      go(answer.found.id);
      return;
    }
    const { suggestion } = answer;
    if (suggestion === null) say(answer.detail);
    else {
      const take = el(
        'button',
        { type: 'button', class: 'button', onclick: () => go(suggestion) },
        `Join ${suggestion}`,
      );
      say(answer.detail, take);
      take.focus();
    }
  } finally {
    button.disabled = false;
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void join();
});
field.addEventListener('input', () => say(''));

found('resources', HTMLElement).append(resourceList());

const unknown = new URLSearchParams(location.search).get('unknown');
field.value = unknown ?? memory.getItem('last') ?? '';
if (unknown !== null) {
  // The server sent a visitor of an unknown session here; say what was wrong and what was likely meant.
  history.replaceState(null, '', '/');
  void join();
}
