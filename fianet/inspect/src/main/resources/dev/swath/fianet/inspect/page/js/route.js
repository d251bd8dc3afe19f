/** The views of one run, which may be the second, and how its address ends then. */
const ONE_RUN = new Set(['way', 'words', 'tensors', 'products']);
const SECOND = 'run-2';

/**
 * Where the reader is: '#view/argument/argument', and 'run-2' behind it where the second run is seen. Each place has an address of its
 * own, so that it can be linked to and gone back from.
 */
function address(view, ...args) {
  const all = [view, ...args, ONE_RUN.has(view) && main !== runs[0] ? SECOND : null];
  return '#' + all.filter(a => a !== null && a !== undefined && a !== '').map(a => encodeURIComponent(a)).join('/');
}

function go(view, ...args) {
  location.hash = address(view, ...args);
}

/** The same, without a step for the way back: for what follows the pointer. */
function note(view, ...args) {
  history.replaceState(null, '', address(view, ...args));
}

/** The view and its arguments; the run that the address names is the one that is seen from now on. */
function here() {
  const parts = location.hash.slice(1).split('/').filter(Boolean).map(part => {
    try {
      return decodeURIComponent(part);
    } catch (_) {
      return part; // an address that somebody typed
    }
  });
  const second = parts.at(-1) === SECOND;
  main = second && runs[1] || runs[0];
  return second ? parts.slice(0, -1) : parts;
}

/** A link to a place. */
function link(text, view, ...args) {
  return h('a', {href: address(view, ...args)}, text);
}
