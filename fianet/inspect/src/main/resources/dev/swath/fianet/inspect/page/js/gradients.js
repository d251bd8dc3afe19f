/** What the loss sees: where it would have the margin of the object rise (orange) or fall (blue). */
function pullFigure(run, pull) {
  let side = 1;
  let layer = null;
  const figure = new Figure({
    title: 'What the loss sees',
    caption: 'Orange: here the loss wants the object more; blue: less. The picture is the gradient of the loss by the pixel’s margin, its sign turned.',
    height(width) {
      side = Math.min(width, 560);
      return side * run.image.rows / run.image.cols + 22;
    },
    draw(pen, width) {
      const high = backdrop(pen, run, side);
      const values = ready(pull.blob);
      if (values) {
        const scale = Scale.of(...extent(values));
        layer = layer || heat(values, pull.rows, pull.cols, scale);
        pen.picture(layer, 0, 0, side, high, {opacity: 0.8});
        legend(pen, scale, Math.min(width - 2, side), high + 8);
      } else {
        load(pull.blob).then(() => figure.redraw());
      }
    },
    over(x, y) {
      const values = x === null ? null : ready(pull.blob);
      return values && x < side ? exact(values[cellUnder(pull, run, [x / side * run.image.cols, y / side * run.image.cols]).cell]) : null;
    },
    step: walker(() => [0, 0, side, side * pull.rows / pull.cols, pull.cols, pull.rows]),
  });
  return figure;
}

/** The view '#gradients': what one labelled sample moves. */
function gradientsView() {
  const g = page.gradients;
  const byPath = new Map(g.modules.map(m => [m.path, m]));
  const log = m => (byPath.has(m.path) && byPath.get(m.path).rms > 0 ? Math.log10(byPath.get(m.path).rms) : null);
  const least = Math.min(0, ...runs[0].modules.map(log).filter(v => v !== null));
  const own = g.modules.filter(m => m.weights > 0);
  return [
    h('h2', null, 'Gradients of a training step'),
    h('p', null, 'The loss of this sample is ' + exact(g.loss) + '.'),
    g.vanished.length ? h('p', {class: 'warn'}, 'Nothing comes back to ' + g.vanished.map(shownName).join(', ') + '.') : null,
    shown(icicle(runs[0], {
      width: 'parameters',
      tint: ['decades of the gradient above the least', m => (log(m) === null ? null : log(m) - least), v => 'root mean square ' + (10 ** (v + least)).toExponential(2)],
      selected: null,
      pick: m => go('way', m.path || '(network)'),
    })),
    h('div', {class: 'side'},
      h('div', null, h('h3', null, 'Modules with parameters of their own, in the order of the pass'), table([
        {title: 'module', cell: m => link(shownName(m.path), 'way', m.path || '(network)')},
        {title: 'gradient by its result, RMS', number: true, cell: m => short(m.rms)},
        {title: 'by its parameters, norm', number: true, cell: m => short(m.parameters)},
        {title: 'parameters, norm', number: true, cell: m => short(m.weights)},
        {title: 'quotient', number: true, cell: m => short(m.parameters / m.weights)},
      ], own, m => (m.parameters === 0 ? {class: 'bad'} : null))),
      h('div', null, shown(pullFigure(runs[0], g.pull)),
        g.unreached.length ? h('details', null, h('summary', null, count(g.unreached.length) + ' parameters that this pass does not use'),
          h('p', {class: 'faint'}, g.unreached.join(', '))) : null)),
  ];
}
