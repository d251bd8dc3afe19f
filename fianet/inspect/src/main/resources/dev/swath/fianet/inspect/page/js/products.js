/** A place in a tensor from its number in memory. */
function placeOf(number, shape) {
  const place = [];
  for (let i = shape.length - 1; i >= 0; i--) {
    place.unshift(number % shape[i]);
    number = Math.floor(number / shape[i]);
  }
  return place;
}

/** Rows of a table that is shown in parts. */
const PART = 100;

/** What made a cell: formula, numbers, steps, and what the pass itself has there. */
function explanation(run, op, made, cell) {
  const owner = run.modules[op.module];
  const words = op.inputs.some(i => i.name === 'k') && made.rows.length === run.words.length;
  const named = row => (words ? run.words[Number(row[0].slice(4))].piece : row[0]);
  const sizes = made.rows.map(r => Math.abs(r[r.length - 1]));
  const most = Math.max(...sizes, 1e-30);
  let upTo = PART;
  const place = h('div');
  const fill = () => place.replaceChildren(
    table([
      {title: '', cell: r => named(r)},
      ...made.columns.map((title, i) => ({title, number: true, cell: r => exact(r[i + 1])})),
      {title: '', cell: r => share(r[r.length - 1] / most)},
    ], made.rows.slice(0, upTo)),
    made.rows.length > upTo ? h('button', {type: 'button', onclick: () => {
      upTo += 10 * PART;
      fill();
    }}, 'Show more of the ' + count(made.rows.length)) : '');
  fill();
  const recorded = ready(op.result)[cell];
  return [
    h('p', {class: 'mono', id: 'formula'}, made.formula),
    facts([
      ...made.steps.map(([name, value]) => [name, exact(value)]),
      ['result of these numbers', h('b', {id: 'made'}, exact(made.value))],
      ['the pass itself has', h('b', {id: 'recorded'}, exact(recorded))],
      ['they differ by', short(Math.abs(made.value - recorded)) + ': the pass adds in another order and in 32 bits'],
      ['computed by', h('code', null, op.kernel)],
      ['asked for by', link(shownName(owner.path), 'way', owner.path || '(network)')],
    ]),
    h('h3', null, count(made.rows.length) + (made.rows.length === 1 ? ' number made it' : ' lines of numbers made it')),
    place,
  ];
}

/** A small bar from -1 to 1. */
function share(part) {
  const canvas = h('canvas', {width: 120, height: 20, 'aria-hidden': 'true'});
  const context = canvas.getContext('2d');
  context.fillStyle = part < 0 ? '#3b78c2' : '#d07a1e';
  context.fillRect(part < 0 ? 60 + 58 * part : 60, 3, Math.max(1, 58 * Math.abs(part)), 14);
  canvas.style.width = '60px';
  canvas.style.height = '10px';
  return canvas;
}

/** The view '#products/OP/CELL'. */
function productsView(number, cellNumber) {
  const run = main;
  const able = run.ops.filter(op => canExplain(op));
  if (!able.length) {
    return [h('h2', null, 'Products'), h('p', null, 'No op of this run was kept for this page.')];
  }
  const op = able.find(o => String(o.number) === number) || able.findLast(o => o.name === 'attention') || able[0];
  const size = op.shape.reduce((a, b) => a * b, 1);
  const cell = Math.min(size - 1, Math.max(0, Number(cellNumber) || 0));
  const at = placeOf(cell, op.shape);
  const answer = h('div', {id: 'answer', 'aria-live': 'polite'}, 'reading …');
  Promise.all([explainer(op), load(op.result)]).then(([f]) => answer.replaceChildren(
    ...explanation(run, op, f(at), cell).flat(Infinity)));
  const fields = at.map((p, i) => h('input', {
    type: 'number', min: 0, max: op.shape[i] - 1, value: p, 'data-key': 'at-' + i, 'aria-label': 'place along axis ' + i,
    onchange: e => {
      const next = at.slice();
      next[i] = Math.min(op.shape[i] - 1, Math.max(0, Number(e.target.value) || 0));
      go('products', op.number, flat(next, op.shape));
    },
  }));
  const result = {path: op.key, title: '', shape: op.shape, grid: op.grid, blob: op.result, stats: null, pick: i => go('products', op.number, i)};
  return [
    h('h2', null, 'Products: the numbers that made one number'),
    h('p', null, 'Choose an op, then a cell of its result by a press or by its place.'),
    h('div', {class: 'bar'}, choice('op', able.map(o => [o.number, o.key]), op.number, v => go('products', v))),
    h('div', {class: 'bar'}, 'cell', fields, h('span', {class: 'faint'}, 'of ' + dims(op.shape))),
    h('div', {class: 'side'}, h('div', null, answer), h('div', null, shown(tensorFigure(run, result)),
      facts(op.inputs.map(i => [i.name, dims(i.shape) + (i.parameter ? ', ' + i.parameter : i.from === null ? '' : ', from ' + i.from)])),
      facts(Object.entries(op.settings).map(([k, v]) => [k, String(v)])))),
  ];
}
