const CAUSE_COLOURS = {kept: [255, 176, 0], gained: [70, 150, 255], lost: [235, 60, 20]};

/** The image, and over it what a change keeps, adds and takes away. */
function causeFigure(run, cause) {
  let side = 1;
  let layer = null;
  const words = {
    kept: 'in both masks', gained: 'gained by the change', lost: 'lost by the change', neither: 'in neither mask',
  };
  const kindAt = (a, b, i) => (a[i] ? (b[i] ? 'kept' : 'lost') : b[i] ? 'gained' : 'neither');
  const figure = new Figure({
    title: cause.name,
    caption: 'Yellow: in both masks. Orange: lost by the change. Blue: gained. IoU with the unchanged mask ' + cause.iou.toFixed(3) + '.',
    height(width) {
      side = Math.min(width, 560);
      return side * run.image.rows / run.image.cols;
    },
    draw(pen) {
      const high = backdrop(pen, run, side);
      const a = ready(run.mask.blob);
      const b = ready(cause.mask);
      if (a && b && !layer) {
        layer = new ImageData(run.mask.cols, run.mask.rows);
        for (let i = 0; i < a.length; i++) {
          const kind = kindAt(a, b, i);
          if (kind !== 'neither') {
            layer.data.set([...CAUSE_COLOURS[kind], 200], 4 * i);
          }
        }
      }
      if (layer) {
        pen.picture(layer, 0, 0, side, high);
      }
    },
    over(x, y) {
      const a = ready(run.mask.blob);
      const b = ready(cause.mask);
      if (x === null || x >= side || !a || !b) {
        return null;
      }
      const {cell} = cellUnder(run.mask, run, [x / side * run.image.cols, y / side * run.image.cols]);
      return words[kindAt(a, b, cell)];
    },
    step: walker(() => [0, 0, side, side * run.mask.rows / run.mask.cols, run.mask.cols, run.mask.rows]),
  });
  loadAll([run.mask.blob, cause.mask]).then(() => figure.redraw());
  return figure;
}

/** How much each change takes from the mask: bars, the strongest first. */
function causeBars(causes, chosen, pick) {
  const LINE = 24;
  const LABEL = 250;
  let width = 1;
  let cursor = -1;
  const label = w => Math.min(LABEL, w * 0.55);
  return new Figure({
    title: 'What the mask needs',
    caption: '1 - IoU with the unchanged mask: 0 where the change leaves the mask as it is, 1 where nothing of it is left.',
    height: () => 10 + LINE * causes.length,
    draw(pen, w) {
      width = w;
      causes.forEach((c, i) => {
        const y = 4 + i * LINE;
        if (i === chosen) {
          pen.rect(0, y, w, LINE - 2, pen.theme.sunk);
        }
        const long = (w - label(w) - 50) * (1 - c.iou);
        pen.text(clipped(pen, c.name, label(w) - 10), 4, y + 15, {bold: i === chosen});
        pen.rect(label(w), y + 4, Math.max(0.5, long), LINE - 10, c.kind === 'word' ? pen.theme.accent : pen.theme.object);
        pen.text((1 - c.iou).toFixed(3), label(w) + long + 6, y + 15, {size: 11, fill: pen.theme.faint});
      });
    },
    over: (x, y) => {
      const c = x === null ? null : causes[Math.floor((y - 4) / LINE)];
      return c ? c.name + '\n' + count(c.lost) + ' pixels lost, ' + count(c.gained) + ' gained' : null;
    },
    press: (x, y) => causes[Math.floor((y - 4) / LINE)] && pick(Math.floor((y - 4) / LINE)),
    step(dx, dy) {
      cursor = (cursor + (dx || dy) + causes.length) % causes.length;
      return [label(width), 4 + cursor * LINE + LINE / 2];
    },
  });
}

/** The view '#causes/NUMBER'. */
function causesView(number) {
  const run = runs[0];
  const causes = run.causes.map((c, at) => ({...c, at})).sort((a, b) => a.iou - b.iou);
  const chosen = Math.max(0, causes.findIndex(c => String(c.at) === number));
  const cause = causes[chosen];
  return [
    h('h2', null, 'Causes: what the mask does when something is taken away'),
    h('p', null, 'The pass was run again for each line, with nothing else changed. Blue bars leave out a word; orange ones close or switch off a part of the network.'),
    h('div', {class: 'side'},
      h('div', null, shown(causeBars(causes, chosen, i => go('causes', causes[i].at)))),
      h('div', null, h('h3', null, cause.name), h('p', {class: 'faint'}, cause.words || ''), shown(causeFigure(run, cause)),
        facts([['IoU with the unchanged mask', cause.iou.toFixed(4)], ['pixels marked', count(cause.area)], ['pixels gained', count(cause.gained)],
          ['pixels lost', count(cause.lost)], ['', 'pixels of the image as it was given']]))),
    h('h3', null, 'All of them'),
    table([
      {title: 'change', cell: c => link(c.name, 'causes', c.at)},
      {title: 'IoU', number: true, cell: c => c.iou.toFixed(4)},
      {title: 'marked', number: true, cell: c => count(c.area)},
      {title: 'gained', number: true, cell: c => count(c.gained)},
      {title: 'lost', number: true, cell: c => count(c.lost)},
    ], causes, c => ({'aria-selected': String(c === cause)})),
  ];
}
