/** The views, in the order of their links; those without data are left out. */
const VIEWS = [
  ['way', 'The way', wayView, () => true],
  ['words', 'Words and pixels', wordsView, () => true],
  ['tensors', 'Tensors', tensorsView, () => runs.some(r => r.tensors.length)],
  ['products', 'Products', productsView, () => runs.some(r => r.ops.some(canExplain))],
  ['compare', 'Two runs', compareView, () => page.comparison !== null],
  ['causes', 'Causes', causesView, () => runs[0].causes.length > 0],
  ['truth', 'Truth', truthView, () => page.truth !== null],
  ['gradients', 'Gradients', gradientsView, () => page.gradients !== null],
].filter(v => v[3]());

function head() {
  const answer = main.mask.area === 0 ? 'Nothing was marked.'
    : count(main.mask.area) + ' of ' + main.mask.cols + ' × ' + main.mask.rows + ' pixels marked, ' + percent(main.mask.area / (main.mask.rows * main.mask.cols)) + ' of the image.';
  return [
    h('div', null,
      h('h1', null, '“' + main.sentence + '”'),
      h('p', {class: 'faint'}, answer + ' ' + main.network + ', ' + count(main.modules[0].parameters) + ' parameters, one pass in '
        + duration(main.nanos) + ' (' + main.backend + ').')),
    h('div', {class: 'pictures'},
      h('figure', null, imageThumb(main, false, 224, 224), h('figcaption', null, 'what it saw')),
      h('figure', null, imageThumb(main, true, 224, 224), h('figcaption', null, 'what it marked'))),
  ];
}

/** Of two runs, the one that is seen: a choice in the views of one run, for all of them. */
function runChoice(view) {
  const pick = run => {
    const place = here();
    const args = view === 'products' && place.length > 1 ? sameOp(main.ops[place[1]], run, place.slice(2)) : place.slice(1);
    main = run;
    go(view, ...args);
  };
  return runs.length < 2 || !ONE_RUN.has(view) ? null
    : h('div', {class: 'runs', role: 'group', 'aria-label': 'The run that is seen'}, h('span', {class: 'faint'}, 'run'), runs.map((run, i) => h('button', {
      type: 'button', 'aria-pressed': String(run === main), 'data-key': 'run-' + (i + 1), title: run.label + ' (key R changes)', onclick: () => pick(run),
    }, run.label)));
}

/** The op's number in another run, by its name, and the cell; nothing where that run has no such op. */
function sameOp(op, run, cell) {
  const found = op && run.ops.find(o => o.key === op.key);
  return found ? [found.number, ...cell] : [];
}

/** The run that the head speaks of. */
let headed = null;

/** Draws the view of the address; the element that had the focus has it again if it is still there. */
function render() {
  const [name, ...args] = here();
  const view = VIEWS.find(v => v[0] === name) || VIEWS[0];
  if (headed !== main) {
    headed = main;
    document.getElementById('head').replaceChildren(...head());
  }
  const focused = document.activeElement && document.activeElement.dataset.key;
  live.clear();
  tip(null);
  document.getElementById('views').replaceChildren(...VIEWS.map(v =>
    h('a', {href: address(v[0]), 'aria-current': v === view ? 'page' : null, 'data-key': 'view-' + v[0]}, v[1])), runChoice(view[0]) || '');
  const place = document.getElementById('main');
  place.replaceChildren(...view[2](...args).flat(Infinity).filter(n => n !== null && n !== undefined && n !== false));
  place.dataset.view = view[0];
  if (focused) {
    const again = document.querySelector('[data-key="' + CSS.escape(focused) + '"]');
    if (again) {
      again.focus({preventScroll: true});
    }
  }
}

/** Numbers 1 to 9 go to the views and R to the other run, unless something is being typed. */
function keys(event) {
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const view = VIEWS[Number(event.key) - 1];
  const other = document.querySelector('.runs [aria-pressed="false"]');
  if (view) {
    go(view[0]);
  } else if (event.key.toLowerCase() === 'r' && other) {
    other.click();
  }
}

document.getElementById('foot').append(page.made + ' Keys 1 to ' + VIEWS.length + ' change the view' + (runs.length > 1 ? ', R changes the run that is seen' : '') + '; the arrows move within a figure that has the focus.');
addEventListener('hashchange', render);
addEventListener('keydown', keys);
render();
document.documentElement.dataset.drawn = 'yes';
/** Waits for what is being decoded. */
async function all() {
  while (decoding.size) {
    await Promise.all(decoding.values());
  }
}

/** For the console: what the page holds, and how to read it. */
window.inspection = {page, runs, load, all, explainer, canExplain, placeOf, ramps: {SEQUENTIAL, DIVERGING}};
