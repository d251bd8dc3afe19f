/** The view '#gradients': what one labelled sample moves. */
function gradientsView() {
  const g = page.gradients;
  const byPath = new Map(g.modules.map(m => [m.path, m]));
  const rows = g.modules.filter(m => m.norm !== null).sort((a, b) => b.norm - a.norm);
  const still = g.modules.filter(m => m.norm === 0 && m.own);
  const log = m => (byPath.has(m.path) && byPath.get(m.path).norm > 0 ? Math.log10(byPath.get(m.path).norm) : null);
  const least = Math.min(0, ...main.modules.map(log).filter(v => v !== null));
  return [
    h('h2', null, 'Gradients of a training step'),
    h('p', null, 'The loss of this sample is ' + exact(g.loss) + '. The norm of all gradients together is ' + short(g.norm) + '.'),
    shown(icicle(main, {
      width: 'parameters',
      tint: ['decades of the gradient’s norm above the least', m => (log(m) === null ? null : log(m) - least), v => 'norm 1e' + (v + least).toFixed(1)],
      selected: null,
      pick: m => go('way', m.path || '(network)'),
    })),
    still.length ? h('p', {class: 'warn'}, 'No gradient reaches ' + still.map(m => shownName(m.path)).join(', ') + '.') : null,
    table([
      {title: 'module', cell: m => link(shownName(m.path), 'way', m.path || '(network)')},
      {title: 'norm of the gradient', number: true, cell: m => short(m.norm)},
      {title: 'norm of the weights', number: true, cell: m => short(m.weights)},
      {title: 'their quotient', number: true, cell: m => (m.weights ? short(m.norm / m.weights) : '')},
    ], rows),
  ];
}
