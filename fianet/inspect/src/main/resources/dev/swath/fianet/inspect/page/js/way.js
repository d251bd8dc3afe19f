/** How the map of the way is drawn; kept while the page is open. */
const wayChoice = {width: 'nanos', tint: 'deviation'};

/** A card of a module: what leaves it, how it is called, what it costs. */
function moduleCard(run, module, view) {
  const output = module.outputs[0];
  return h('a', {class: 'card', href: address(view || 'way', module.path || '(network)'), 'data-key': 'card-' + module.path},
    thumb(module.picture, 130, 90),
    h('b', null, lastName(module)),
    h('span', null, module.type),
    h('span', null, output ? dims(output.shape) : 'gives nothing here'),
    h('span', null, module.called ? duration(module.nanos) + (module.flops ? ' · ' + operations(module.flops) : '') : 'not called in this pass'),
    module.parameters ? h('span', null, count(module.parameters) + ' parameters') : null);
}

/** A card of something that is no module: the image, the words, the mask. */
function plainCard(title, words, picture, href) {
  return h('a', {class: 'card', href}, picture, h('b', null, title), words.map(w => h('span', null, w)));
}

function imageThumb(run, withMask, width = 260, height = 180) {
  const canvas = h('canvas', {width, height, 'aria-hidden': 'true'});
  const {rows, cols} = run.image;
  Promise.all([load(run.image.blob), load(run.mask.blob)]).then(([rgb, mask]) => {
    const context = canvas.getContext('2d');
    const image = new ImageData(cols, rows);
    for (let i = 0, at = 0; i < rgb.length; i += 3, at += 4) {
      image.data[at] = rgb[i];
      image.data[at + 1] = rgb[i + 1];
      image.data[at + 2] = rgb[i + 2];
      image.data[at + 3] = 255;
    }
    const part = Math.min(canvas.width / cols, canvas.height / rows);
    const place = [(canvas.width - cols * part) / 2, (canvas.height - rows * part) / 2, cols * part, rows * part];
    context.drawImage(canvasOf(image), ...place);
    if (withMask) {
      context.imageSmoothingEnabled = false;
      context.drawImage(canvasOf(veil(mask, run.mask.rows, run.mask.cols, MASK_COLOUR, 190)), ...place);
    }
  });
  return canvas;
}

const MASK_COLOUR = [255, 176, 0];

/** The steps from image and words to the mask. */
function overview(run) {
  const steps = run.modules.filter(m => m.step);
  return h('ol', {class: 'way'},
    h('li', null, plainCard('image', [run.image.cols + ' × ' + run.image.rows + ' × 3'], imageThumb(run, false), address('words'))),
    h('li', null, plainCard('words', [run.words.length + ' pieces', '“' + run.sentence + '”'], null, address('words'))),
    steps.map(m => h('li', null, moduleCard(run, m))),
    h('li', null, plainCard('mask', [count(run.mask.area) + ' pixels', percent(run.mask.area / (run.mask.rows * run.mask.cols))], imageThumb(run, true),
      address('words'))));
}

function statsFacts(stats) {
  return stats ? facts([
    ['numbers', count(stats.count)],
    ['minimum', exact(stats.min)],
    ['mean', short(stats.mean)],
    ['maximum', exact(stats.max)],
    ['deviation', short(stats.deviation)],
    ['zeros', count(stats.zeros) + (stats.count ? ' (' + percent(stats.zeros / stats.count) + ')' : '')],
    ['NaN', stats.nan ? h('span', {class: 'warn'}, count(stats.nan)) : '0'],
    stats.infinite ? ['infinite', h('span', {class: 'warn'}, count(stats.infinite))] : null,
  ]) : h('p', {class: 'faint'}, 'It gives no result of its own.');
}

function opsTable(run, module) {
  const total = module.nanos || 1;
  return table([
    {title: 'op', cell: op => (canExplain(op) ? link(op.name, 'products', op.number) : op.name)},
    {title: 'result', cell: op => dims(op.shape)},
    {title: 'time', number: true, cell: op => duration(op.nanos)},
    {title: 'share', number: true, cell: op => percent(op.nanos / total)},
    {title: 'operations', number: true, cell: op => (op.flops ? operations(op.flops) : '')},
    {title: 'bytes', number: true, cell: op => bytes(op.bytes)},
  ], module.ops.map(i => run.ops[i]));
}

function crumbs(run, module) {
  const all = ancestry(run, module);
  return h('p', {class: 'path'}, all.map((m, i) => [i ? ' › ' : null,
    m === module ? h('b', null, lastName(m)) : link(lastName(m), 'way', m.path || '(network)')]));
}

function moduleFacts(run, module) {
  return facts([
    ['name', h('code', null, shownName(module.path))],
    ['class', h('code', null, module.className)],
    ['result', module.outputs.map(o => dims(o.shape) + ' ' + o.dtype).join('; ') || 'none'],
    ['parameters', module.parameters ? count(module.parameters) : 'none'],
    ['time', module.called ? duration(module.nanos) + ', ' + percent(module.nanos / run.modules[0].nanos) + ' of the pass' : 'not called in this pass'],
    ['operations', module.flops ? operations(module.flops) : null],
    ['bytes written', module.bytes ? bytes(module.bytes) : null],
    ['tensor', run.tensorByPath.has(module.path) ? link('every channel', 'tensors', module.path) : null],
  ]);
}

/** The view '#way/NAME'. */
function wayView(path) {
  const run = main;
  const module = moduleAt(run, path === '(network)' || !path ? '' : path) || run.modules[0];
  const figure = icicle(run, {
    width: wayChoice.width,
    tint: TINTS[wayChoice.tint],
    selected: module.path,
    pick: m => go('way', m.path || '(network)'),
  });
  const again = () => render();
  const root = module.parent === null;
  return [
    h('h2', null, root ? 'The way from image and words to the mask' : lastName(module)),
    root ? null : crumbs(run, module),
    root ? [questions(run), overview(run)] : null,
    h('div', {class: 'bar'},
      choice('width', Object.entries(WIDTHS).map(([k, v]) => [k, v[0]]), wayChoice.width, v => { wayChoice.width = v; again(); }),
      choice('colour', Object.entries(TINTS).map(([k, v]) => [k, v[0]]), wayChoice.tint, v => { wayChoice.tint = v; again(); })),
    shown(figure),
    h('div', {class: 'columns'},
      h('section', null, h('h3', null, root ? 'The network' : 'This module'), moduleFacts(run, module)),
      h('section', null, h('h3', null, 'What leaves it'), statsFacts(module.stats)),
      module.stats ? h('section', null, shown(histogramFigure(shownName(module.path), module.stats))) : null),
    module.children.length ? [
      h('h3', null, 'Its modules, in the order of the pass'),
      h('ol', {class: 'way'}, module.children.map(i => h('li', null, moduleCard(run, run.modules[i]))))] : null,
    module.ops.length ? [h('h3', null, 'Ops that it runs itself'), opsTable(run, module)] : null,
  ];
}
