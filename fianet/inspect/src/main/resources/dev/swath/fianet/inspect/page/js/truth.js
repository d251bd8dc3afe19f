/** The view '#truth': each named tensor beside the dump of another program or an earlier version. */
function truthView() {
  const t = page.truth;
  const byPath = new Map(t.rows.map(r => [r.path, r]));
  const bad = t.rows.filter(r => !r.within).length;
  return [
    h('h2', null, 'Truth: the same tensors from ' + t.file),
    h('p', {class: t.first === null ? null : 'warn'}, t.first === null
      ? 'All ' + t.rows.length + ' tensors that the file names are within the tolerance of ' + short(t.tolerance) + '.'
      : ['The first out of tolerance, in the order of the pass, is ', link(shownName(t.first), 'way', t.first || '(network)'), '; ' + bad + ' of ' + t.rows.length + ' are.']),
    shown(icicle(main, {
      width: 'nanos',
      tint: ['error by tolerance', m => (byPath.has(m.path) ? byPath.get(m.path).ratio : null), short],
      selected: t.first,
      pick: m => go('way', m.path || '(network)'),
    })),
    t.missing.length ? h('p', {class: 'faint'}, 'In the file alone: ' + t.missing.join(', ')) : null,
    table([
      {title: 'tensor', cell: r => link(shownName(r.path), 'way', r.path || '(network)')},
      {title: 'largest error', number: true, cell: r => short(r.largest)},
      {title: 'allowed there', number: true, cell: r => short(r.allowed)},
      {title: 'where', cell: r => (r.where ? r.where.join(', ') : '')},
      {title: 'ours', number: true, cell: r => (r.ours === null ? '' : exact(r.ours))},
      {title: 'theirs', number: true, cell: r => (r.theirs === null ? '' : exact(r.theirs))},
      {title: '', cell: r => (r.within ? 'within' : r.words || 'out of tolerance')},
    ], t.rows, r => (r.within ? null : {class: 'bad'})),
  ];
}
