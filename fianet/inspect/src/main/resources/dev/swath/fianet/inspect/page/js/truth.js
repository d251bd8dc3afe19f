/** A link to the module's place on the way; only its name where no module has it, as of a gradient. */
function placeLink(path) {
  return moduleAt(runs[0], path.replace(/\[\d+\]$/, '')) ? link(shownName(path), 'way', path || '(network)') : shownName(path);
}

/** The view '#truth': each named tensor beside the dump of another program or an earlier version. */
function truthView() {
  const t = page.truth;
  const byPath = new Map(t.rows.map(r => [r.path, r]));
  const bad = t.rows.filter(r => !r.within).length;
  return [
    h('h2', null, 'Truth: the same tensors from ' + t.file),
    h('p', {id: 'verdict', class: t.first === null ? null : 'warn'}, t.first === null
      ? 'All ' + t.rows.length + ' tensors of the file that the network has are within the tolerance of ' + short(t.tolerance) + '.'
      : ['The first out of tolerance, in the order of the pass, is ', placeLink(t.first),
        '; ' + bad + ' of ' + t.rows.length + ' are. Allowed is a relative error of ' + short(t.tolerance) + '.']),
    shown(icicle(runs[0], {
      width: 'nanos',
      tint: ['relative error', m => (byPath.has(m.path) ? byPath.get(m.path).relative : null), short],
      selected: t.first,
      pick: m => go('way', m.path || '(network)'),
    })),
    t.unknown.length ? h('p', {class: 'faint'}, 'In the file, and no module’s name: ' + t.unknown.join(', ')) : null,
    table([
      {title: 'tensor', cell: r => placeLink(r.path)},
      {title: 'shape', cell: r => dims(r.shape) + (r.comparable ? '' : '; the file has ' + dims(r.wanted))},
      {title: 'largest error', number: true, cell: r => (r.comparable ? short(r.largest) : '')},
      {title: 'relative', number: true, cell: r => (r.comparable ? short(r.relative) : '')},
      {title: '', cell: r => (r.within ? 'within' : r.path === t.first ? 'the first out of tolerance' : 'out of tolerance')},
    ], t.rows, r => (r.within ? null : {class: 'bad'})),
  ];
}
