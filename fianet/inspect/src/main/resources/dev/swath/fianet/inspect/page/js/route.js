/**
 * Where the reader is: '#view/argument/argument'. Each place has an address of its own, so that it can be linked to and gone back from.
 */
function address(view, ...args) {
  return '#' + [view, ...args.filter(a => a !== null && a !== undefined && a !== '')].map(a => encodeURIComponent(a)).join('/');
}

function go(view, ...args) {
  location.hash = address(view, ...args);
}

/** The same, without a step for the way back: for what follows the pointer. */
function note(view, ...args) {
  history.replaceState(null, '', address(view, ...args));
}

function here() {
  return location.hash.slice(1).split('/').filter(Boolean).map(part => {
    try {
      return decodeURIComponent(part);
    } catch (_) {
      return part; // an address that somebody typed
    }
  });
}

/** A link to a place. */
function link(text, view, ...args) {
  return h('a', {href: address(view, ...args)}, text);
}
