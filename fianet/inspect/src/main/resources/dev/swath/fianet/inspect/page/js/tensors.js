/** How a tensor that is no map is laid out: its last dimension across, all others down. */
function matrixOf(shape) {
  const cols = shape.length ? shape[shape.length - 1] : 1;
  return {rows: shape.reduce((a, b) => a * b, 1) / cols, cols};
}

/**
 * All numbers of a tensor in one figure: channels of a map as a paged grid on one scale, a vector as bars, anything else as one picture
 * whose columns are the last dimension.
 */
function tensorFigure(run, tensor, channel) {
  return tensor.grid ? channelsFigure(run, tensor, channel) : matrixFigure(tensor);
}

function scaleOf(tensor, values) {
  return Scale.of(...(tensor.stats && tensor.stats.count ? middle(tensor.stats.histogram) : extent(values)));
}

/** What the colours leave out. */
function scaleWords(tensor) {
  const [low, high] = tensor.stats && tensor.stats.count ? middle(tensor.stats.histogram) : [0, 0];
  return tensor.stats && (low > tensor.stats.min || high < tensor.stats.max)
    ? ' The outermost hundredth of the numbers, from ' + short(tensor.stats.min) + ' to ' + short(tensor.stats.max) + ', has the colours of the ends.' : '';
}

function channelsFigure(run, tensor, channel) {
  const {rows, cols, channels} = tensor.grid;
  const GAP = 6;
  const LINES = 4;
  let first = 0;
  let only = channels === 1 ? 0 : channel === undefined || channel === '' ? null : Math.min(channels - 1, Number(channel));
  let side = 0;
  let across = 1;
  let figure = null;
  let scale = null;
  const back = h('button', {type: 'button', onclick: () => page(-1), 'aria-label': 'Earlier channels'}, '‹');
  const on = h('button', {type: 'button', onclick: () => page(1), 'aria-label': 'Further channels'}, '›');
  const perPage = () => across * LINES;
  const page = by => {
    if (only !== null) {
      only = (only + by + channels) % channels;
      note('tensors', tensor.path, only);
    } else {
      first = Math.max(0, Math.min(first + by * perPage(), channels - 1));
      first -= first % perPage();
    }
    figure.redraw();
  };
  const layout = width => {
    if (only !== null) {
      side = Math.min(width, 560);
      return side * rows / cols + 22;
    }
    across = Math.min(channels, Math.max(2, Math.floor((width + GAP) / (104 + GAP))));
    side = Math.min(280, (width - GAP * (across - 1)) / across);
    first -= first % perPage();
    const lines = Math.min(LINES, Math.ceil((channels - first) / across));
    return lines * (side * rows / cols + 18) + 22;
  };
  const tile = i => [(i % across) * (side + GAP), Math.floor(i / across) * (side * rows / cols + 18)];
  const find = (x, y) => {
    if (only !== null) {
      return {channel: only, col: Math.floor(x / side * cols), row: Math.floor(y / side * cols)};
    }
    const i = Math.floor(x / (side + GAP)) + across * Math.floor(y / (side * rows / cols + 18));
    const [left, top] = tile(i);
    return {channel: first + i, col: Math.floor((x - left) / side * cols), row: Math.floor((y - top) / side * cols)};
  };
  const valid = p => p.channel < Math.min(channels, only !== null ? channels : first + perPage()) && p.col >= 0 && p.col < cols && p.row >= 0 && p.row < rows;
  const pictures = new Map();
  const picture = (values, c) => {
    if (!pictures.has(c)) {
      pictures.set(c, heat(values, rows, cols, scale, c, cols * channels, channels));
    }
    return pictures.get(c);
  };
  const name = () => shownName(tensor.path) + (tensor.title ? ', ' + tensor.title : '');
  figure = new Figure({
    title: () => name() + (only !== null && channels > 1 ? ', channel ' + only : ''),
    caption: () => (channels === 1 ? dims(tensor.shape) + ', one channel.'
      : only !== null ? 'Channel ' + only + ' of ' + channels + ', on the scale of all. Press to see all of them.'
        : 'Channels ' + first + ' to ' + (Math.min(channels, first + perPage()) - 1) + ' of ' + channels + ', all on one scale. ' + (tensor.pick ? 'Press a cell to see what made it.' : 'Press one to see it large.')) + scaleWords(tensor),
    height: layout,
    draw(pen, width) {
      layout(width);
      back.disabled = only === null && first === 0;
      on.disabled = only === null && first + perPage() >= channels;
      const values = valuesOrWait(tensor.blob, pen, figure);
      if (!values) {
        return;
      }
      scale = scale || scaleOf(tensor, values);
      const high = side * rows / cols;
      if (only !== null) {
        pen.picture(picture(values, only), 0, 0, side, high);
        legend(pen, scale, Math.min(width - 2, side), high + 8);
        return;
      }
      for (let i = 0; i < perPage() && first + i < channels; i++) {
        const [x, y] = tile(i);
        pen.picture(picture(values, first + i), x, y, side, high);
        pen.text(String(first + i), x, y + high + 12, {size: 11, fill: pen.theme.faint});
      }
      legend(pen, scale, width - 2, layout(width) - 14);
    },
    over(x, y) {
      const p = x === null ? null : find(x, y);
      const values = ready(tensor.blob);
      return p && values && valid(p)
        ? 'channel ' + p.channel + ', row ' + p.row + ', column ' + p.col + '\n' + exact(numberAt(values, tensor.grid, p.channel, p.row, p.col)) : null;
    },
    press(x, y) {
      const p = find(x, y);
      if (tensor.pick) {
        if (valid(p)) {
          tensor.pick((p.row * cols + p.col) * channels + p.channel);
        }
      } else if (channels > 1 && (only !== null || valid(p))) {
        only = only === null ? p.channel : null;
        note('tensors', tensor.path, only);
        figure.redraw();
      }
    },
    step: walker(() => (only !== null ? [0, 0, side, side * rows / cols, cols, rows] : [...tile(0), side, side * rows / cols, cols, rows])),
    tools: channels > 1 ? [back, on] : null,
  });
  return figure;
}

/** The numbers if they have been decoded; else null, and the figure says so until they have. */
function valuesOrWait(blob, pen, figure) {
  const values = ready(blob);
  if (!values) {
    load(blob).then(() => figure.redraw());
    pen.text('reading …', 4, 16, {fill: pen.theme.faint});
  }
  return values;
}

/** A cursor for the arrow keys over a picture [x, y, width, height, cols, rows]. */
function walker(box) {
  let row = 0;
  let col = 0;
  return (dx, dy) => {
    const [x, y, w, tall, cols, rows] = box();
    col = Math.min(cols - 1, Math.max(0, col + dx));
    row = Math.min(rows - 1, Math.max(0, row + dy));
    return [x + (col + 0.5) * w / cols, y + (row + 0.5) * tall / rows];
  };
}

function matrixFigure(tensor) {
  const {rows, cols} = matrixOf(tensor.shape);
  const bars = rows === 1;
  let width = 1;
  let scale = null;
  let image = null;
  let figure = null;
  const tall = w => (bars ? 130 : Math.max(60, Math.min(520, rows * Math.max(1, Math.min(14, w / cols)))));
  figure = new Figure({
    title: shownName(tensor.path) + (tensor.title ? ', ' + tensor.title : ''),
    caption: bars ? cols + ' numbers, one bar each.' : 'All ' + count(rows) + ' × ' + count(cols) + ' numbers: the last dimension runs across.' + scaleWords(tensor),
    height: w => tall(w) + 22,
    draw(pen, w) {
      width = w;
      const values = valuesOrWait(tensor.blob, pen, figure);
      if (!values) {
        return;
      }
      scale = scale || scaleOf(tensor, values);
      if (bars) {
        const [low, high] = extent(values);
        const top = Math.max(0, high);
        const span = top - Math.min(0, low) || 1;
        const zero = 4 + top / span * 122;
        const each = w / cols;
        for (let i = 0; i < cols; i++) {
          const long = values[i] / span * 122;
          pen.rect(i * each, long > 0 ? zero - long : zero, Math.max(0.6, each - (each > 3 ? 1 : 0)), Math.abs(long), scale.css(values[i]));
        }
        pen.line([0, zero, w, zero], pen.theme.faint, 0.7);
      } else {
        image = image || heat(values, rows, cols, scale);
        pen.picture(image, 0, 0, w, tall(w));
      }
      legend(pen, scale, w - 2, tall(w) + 8);
    },
    over(x, y) {
      const values = x === null ? null : ready(tensor.blob);
      const col = Math.floor(x / width * cols);
      const row = bars ? 0 : Math.floor(y / tall(width) * rows);
      return values && col >= 0 && col < cols && row >= 0 && row < rows
        ? (bars ? '' : 'row ' + row + ', ') + 'column ' + col + '\n' + exact(values[row * cols + col]) : null;
    },
    press: tensor.pick && ((x, y) => tensor.pick((bars ? 0 : Math.floor(y / tall(width) * rows)) * cols + Math.floor(x / width * cols))),
    step: walker(() => [0, 0, width, tall(width), cols, rows]),
  });
  return figure;
}

/** What is typed into the field above the list. */
let wanted = '';

/** The view '#tensors/NAME/CHANNEL'. */
function tensorsView(path, channel) {
  const run = main;
  const tensor = run.tensorByPath.get(path === '(network)' ? '' : path) || run.tensors.find(t => t.grid && t.grid.channels > 2) || run.tensors[0];
  if (!tensor) {
    return [h('h2', null, 'Tensors'), h('p', null, 'No tensor was kept for this page.')];
  }
  const module = moduleAt(run, tensor.path);
  const list = h('select', {size: '10', 'aria-label': 'Tensors that were kept', 'data-key': 'tensors', onchange: () => go('tensors', list.value || '(network)')});
  const fill = () => list.replaceChildren(...run.tensors.filter(t => t.path.includes(wanted))
    .map(t => h('option', {value: t.path, selected: t === tensor}, shownName(t.path) + '   ' + dims(t.shape))));
  fill();
  return [
    h('h2', null, 'Tensors'),
    h('p', null, count(run.tensors.length) + ' tensors were kept, ' + bytes(run.tensors.reduce((sum, t) => sum + 4 * t.shape.reduce((a, b) => a * b, 1), 0)) + '.'),
    h('div', {class: 'bar'}, h('label', null, 'whose name has', h('input', {type: 'search', value: wanted, 'data-key': 'wanted', oninput: e => {
      wanted = e.target.value;
      fill();
    }}))),
    h('div', {class: 'bar'}, list),
    h('h2', {class: 'path'}, shownName(tensor.path)),
    h('div', {class: 'bar'}, h('button', {type: 'button', onclick: () => saveNpy(tensor)}, 'Save as .npy'), module ? link('its place on the way', 'way', tensor.path || '(network)') : null),
    h('div', {class: 'side'},
      h('div', null, shown(tensorFigure(run, tensor, channel))),
      h('div', null, facts([['shape', dims(tensor.shape)], ['type', tensor.dtype], ['class', module ? h('code', null, module.className) : null]]),
        statsFacts(tensor.stats), tensor.stats ? shown(histogramFigure(shownName(tensor.path), tensor.stats)) : null)),
  ];
}
