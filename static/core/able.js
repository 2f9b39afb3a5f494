/*
 * Before the page's own modules: whether this browser can run them. A classic script in words that every browser knows,
 * for what it looks for is what an older one lacks. It says what is missing, or that a file of the page did not come.
 */
(function () {
  'use strict';
  /** @type {[string, () => boolean][]} */
  var needs = [
    [
      'modules of JavaScript',
      function () {
        return 'noModule' in document.createElement('script');
      },
    ],
    [
      'Array.findLast',
      function () {
        return typeof [].findLast === 'function';
      },
    ],
    [
      'BroadcastChannel',
      function () {
        return typeof BroadcastChannel === 'function';
      },
    ],
    [
      'WebSocket',
      function () {
        return typeof WebSocket === 'function';
      },
    ],
    [
      'dialogs',
      function () {
        return typeof HTMLDialogElement === 'function' && 'showModal' in HTMLDialogElement.prototype;
      },
    ],
    [
      'random numbers',
      function () {
        return typeof crypto === 'object' && typeof crypto.getRandomValues === 'function';
      },
    ],
  ];
  var missing = needs
    .filter(function (need) {
      return !need[1]();
    })
    .map(function (need) {
      return need[0];
    });

  /** @param {string} words */
  function say(words) {
    var page = document.querySelector('main') || document.body;
    var told = document.createElement('p');
    told.className = 'trouble panel';
    told.setAttribute('role', 'alert');
    told.textContent = words;
    while (page.firstChild) page.removeChild(page.firstChild);
    page.appendChild(told);
  }

  if (missing.length > 0) {
    var modules = document.querySelectorAll('script[type=module]');
    // A script that has moved to another document is not run.
    for (var i = 0; i < modules.length; i += 1)
      document.implementation.createHTMLDocument('').adoptNode(/** @type {Node} */ (modules[i]));
    say(
      'This browser is too old for the lecture: it lacks ' +
        missing.join(', ') +
        '. Open the page in another one: Chrome or Edge 97, Firefox 104, Safari 15.4 or newer.',
    );
    return;
  }
  addEventListener(
    'error',
    function (event) {
      var target = event.target;
      if (!(target instanceof HTMLScriptElement)) return;
      say('A file of this page did not arrive. Trying again…');
      setTimeout(
        function () {
          location.reload();
        },
        3000 + 5000 * Math.random(),
      );
    },
    true,
  );
})();
