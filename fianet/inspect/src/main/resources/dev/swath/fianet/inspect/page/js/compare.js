/** How far the second run is from the first, by the module's name. */
const differences = new Map(page.comparison ? page.comparison.modules.map(d => [d.path, d]) : []);

function differenceTint() {
  return ['relative difference', m => (differences.has(m.path) ? differences.get(m.path).norm : null), short];
}

/** What a module gave in both runs and the difference, on one scale, with one pointer for all three. */
function pairFigure(path, choose) {
  const kept = runs.map(r => r.tensorByPath.get(path));
  const whole = kept[0] && kept[1] && kept[0].grid && kept[1].grid && String(kept[0].shape) === String(kept[1].shape);
  const maps = whole
    ? kept.map(t => ({blob: t.blob, rows: t.grid.rows, cols: t.grid.cols, channels: t.grid.channels}))
    : runs.map(r => moduleAt(r, path)).map(m => m && m.picture && {...m.picture, channels: 1});
  if (!maps[0] || !maps[1] || maps[0].rows !== maps[1].rows || maps[0].cols !== maps[1].cols) {
    return null;
  }
  const {rows, cols, channels} = maps[0];
  let side = 1;
  let point = null;
  let figure = null;
  const drawn = new Map();
  const layer = which => {
    const [a, b] = maps.map(m => ready(m.blob));
    const c = Math.min(choose.channel, channels - 1);
    const key = c + ',' + which;
    if (a && b && !drawn.has(key)) {
      const [lowA, highA] = extent(a, c, channels);
      const [lowB, highB] = extent(b, c, channels);
      if (which < 2) {
        const scale = Scale.of(Math.min(lowA, lowB), Math.max(highA, highB));
        drawn.set(key, [heat(which ? b : a, rows, cols, scale, c, cols * channels, channels), scale]);
      } else {
        const d = Float32Array.from({length: rows * cols}, (_, i) => b[i * channels + c] - a[i * channels + c]);
        const most = Math.max(1e-30, ...extent(d).map(Math.abs));
        const scale = new Scale(-most, most, DIVERGING);
        drawn.set(key, [heat(d, rows, cols, scale), scale]);
      }
    }
    return drawn.get(key);
  };
  const GAP = 10;
  const find = (x, y) => {
    const which = Math.floor(x / (side + GAP));
    return {which, col: Math.floor((x - which * (side + GAP)) / side * cols), row: Math.floor((y - 20) / side * cols)};
  };
  figure = new Figure({
    title: () => shownName(path) + ' in both runs' + (channels > 1 ? ', channel ' + Math.min(choose.channel, channels - 1) : ''),
    caption: () => 'Left: ' + runs[0].label + '. Middle: ' + runs[1].label + ', on the same scale. Right: second less first.'
      + (whole ? '' : ' Means over the channels.'),
    height(width) {
      side = Math.min(320, (width - 2 * GAP) / 3);
      return 20 + side * rows / cols + 22;
    },
    draw(pen) {
      const high = side * rows / cols;
      [runs[0].label, runs[1].label, 'difference'].forEach((words, i) => {
        const x = i * (side + GAP);
        pen.text(clipped(pen, words, side), x, 14, {bold: true});
        const l = layer(i);
        if (!l) {
          loadAll(maps.map(m => m.blob)).then(() => figure.redraw());
          return;
        }
        pen.picture(l[0], x, 20, side, high);
        if (i > 0) {
          legend(pen, l[1], x + side, 20 + high + 8);
        }
        if (point) {
          cross(pen, x + (point.col + 0.5) * side / cols, 20 + (point.row + 0.5) * side / cols, 6);
        }
      });
    },
    over(x, y) {
      const p = x === null ? null : find(x, y);
      const inside = p && p.which < 3 && p.row >= 0 && p.row < rows && p.col >= 0 && p.col < cols;
      point = inside ? p : null;
      figure.redraw();
      const [a, b] = maps.map(m => ready(m.blob));
      if (!inside || !a || !b) {
        return null;
      }
      const at = (p.row * cols + p.col) * channels + Math.min(choose.channel, channels - 1);
      return 'row ' + p.row + ', column ' + p.col + '\n' + runs[0].label + ': ' + exact(a[at]) + '\n' + runs[1].label + ': ' + exact(b[at])
        + '\ndifference ' + short(b[at] - a[at]);
    },
    step: walker(() => [0, 20, side, side * rows / cols, cols, rows]),
  });
  figure.channels = channels;
  return figure;
}

const comparing = {channel: 0, width: 'nanos'};

/** The first piece that the other run has not at its place. */
function partingWord(run) {
  const other = runs[run === runs[0] ? 1 : 0];
  const at = run.words.findIndex((w, i) => !other.words[i] || other.words[i].id !== w.id);
  return at < 0 ? tellingWord(run) : at;
}

/** Words and pixels of both runs, with one pixel, place and branch for both. */
function pairOfWords() {
  const tables = runs.map(attentionTable);
  if (!tables[0].rows.length || String(tables[0].rows) !== String(tables[1].rows)) {
    return null;
  }
  looking.row = Math.min(2, tables[0].rows.length - 1);
  looking.branch = tables[0].branches[0];
  looking.pixel = runs[0].mask.peak;
  let pinned = looking.pixel;
  const figures = [];
  const change = next => {
    if (next.row !== undefined) {
      looking.row = next.row;
      looking.branch = next.branch;
    }
    pinned = next.pin || pinned;
    looking.pixel = next.pin || next.hover || pinned;
    figures.forEach(f => f.redraw());
  };
  return h('div', {class: 'columns'}, runs.map(run => {
    const get = {at: partingWord(run), word: () => get.at};
    const buttons = pieceButtons(run, get.at, (i, only) => {
      if (!only) {
        get.at = i;
        buttons.press(i);
        figures.forEach(f => f.redraw());
      }
    });
    const own = [sightFigure(run, get, change), wordBars(run, get), wordMaps(run, get, change)];
    figures.push(...own);
    return h('section', null, h('h3', null, run.label), buttons, own.map(shown));
  }));
}

/** The view '#compare/NAME'. */
function compareView(path) {
  const c = page.comparison;
  const chosen = path === undefined ? c.first : path === '(network)' ? '' : path;
  const module = moduleAt(runs[0], chosen) || runs[0].modules[0];
  const d = differences.get(module.path);
  const strongest = c.modules.filter(m => m.norm !== null).sort((a, b) => b.norm - a.norm).slice(0, 12);
  const pair = pairFigure(module.path, comparing);
  const put = () => render();
  return [
    h('h2', null, 'Two runs beside each other'),
    h('p', null, c.first === null ? 'No module gives anything else in the second run.'
      : ['The first module whose result differs is ', link(shownName(c.first), 'compare', c.first || '(network)'), '.', c.iou === null ? null : ' The masks have an IoU of ' + c.iou.toFixed(3) + '.']),
    h('div', {class: 'columns'}, runs.map(run => h('section', null, h('h3', null, run.label), h('div', {class: 'answer'}, imageThumb(run, true, 360, 360)),
      facts([['sentence', run.sentence], ['network', run.network], ['marked', count(run.mask.area) + ' pixels']])))),
    shown(icicle(runs[0], {width: comparing.width, tint: differenceTint(), selected: module.path, pick: m => go('compare', m.path || '(network)')})),
    h('h3', {class: 'path'}, shownName(module.path)),
    facts([
      ['relative difference', d ? d.comparable ? short(d.norm) + ', norm of the difference by norm of the first' : 'of other shapes' : 'not compared'],
      ['largest difference', d && d.comparable ? short(d.largest) : null],
      ['numbers that differ', d && d.comparable ? count(d.different) + ' of ' + count(d.count) : null],
      ['on the way', link(shownName(module.path), 'way', module.path || '(network)')],
    ]),
    pair ? [pair.channels > 1 ? h('div', {class: 'bar'}, choice('channel', Array.from({length: pair.channels}, (_, i) => [i, i]), comparing.channel, v => {
      comparing.channel = Number(v);
      put();
    })) : null, shown(pair)] : null,
    h('h3', null, 'Where they differ most'),
    table([
      {title: 'module', cell: m => link(shownName(m.path), 'compare', m.path || '(network)')},
      {title: 'relative difference', number: true, cell: m => short(m.norm)},
      {title: 'largest', number: true, cell: m => short(m.largest)},
    ], strongest, m => ({'aria-selected': String(m.path === module.path)})),
    h('h3', null, 'Words and pixels of both'),
    pairOfWords(),
  ];
}
