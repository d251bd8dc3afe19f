/** Heat maps of one word in one table: a figure that follows `looking`. */
function wordMaps(run, get, change) {
  const {rows, branches, at} = attentionTable(run);
  const LABEL = 116;
  const TOP = 32;
  let labels = null;
  let places = [];
  let side = 0;
  const pictures = new Map();
  const picture = (a, values, scale) => {
    const key = [a.blob, get.word(), looking.head, scale.high].join();
    if (!pictures.has(key)) {
      if (pictures.size > 400) {
        pictures.clear();
      }
      pictures.set(key, heat(weightMap(run, a, values, looking.head, get.word()).weights, a.rows, a.cols, scale));
    }
    return pictures.get(key);
  };
  /** Each branch has a scale of its own, for all its places: a phrase of one word has weight 1 everywhere. */
  const scales = () => new Map(branches.map(branch => {
    const highs = places.filter(p => p.branch === branch).map(p => {
      const values = ready(p.a.blob);
      if (!values) {
        load(p.a.blob).then(drawAgain);
      }
      return values ? weightMap(run, p.a, values, looking.head, get.word()).high : 0;
    });
    return [branch, new Scale(0, Math.max(...highs) || 1)];
  }));
  // Where there is room the places stand beside each other, else below.
  const layout = width => {
    const wide = width > 700;
    const across = wide ? rows.length : branches.length;
    side = Math.min(260, Math.floor((width - LABEL - 8 * (across - 1)) / across));
    const tall = side * run.image.rows / run.image.cols;
    places = [];
    rows.forEach((place, r) => branches.forEach((branch, b) => {
      const a = at(place, branch);
      const [i, j] = wide ? [b, r] : [r, b];
      if (a) {
        places.push({a, place, branch, x: LABEL + j * (side + 8), y: TOP + i * (tall + 8), w: side, h: tall});
      }
    }));
    labels = wide ? {top: rows.map(placeLabel), left: branches.map(branchLabel)} : {top: branches.map(branchLabel), left: rows.map(placeLabel)};
    labels.tall = tall;
    return TOP + (wide ? branches.length : rows.length) * (tall + 8) + 18;
  };
  const placeLabel = (place, r) => {
    const a = run.attention.find(x => x.place === place);
    return {words: place, below: a.rows + ' × ' + a.cols, bold: () => r === looking.row};
  };
  const branchLabel = branch => ({words: BRANCH_WORDS[branch] || branch, branch, bold: () => branch === looking.branch});
  const below = (l, scale) => l.below || 'up to ' + short(scale.get(l.branch).high);
  const drawLabels = (pen, scale) => {
    labels.top.forEach((l, i) => {
      pen.text(clipped(pen, l.words, side), LABEL + i * (side + 8), 12, {fill: pen.theme[l.branch] || pen.theme.ink, bold: l.bold()});
      pen.text(clipped(pen, below(l, scale), side), LABEL + i * (side + 8), 26, {size: 11, fill: pen.theme.faint});
    });
    labels.left.forEach((l, i) => {
      const y = TOP + i * (labels.tall + 8) + labels.tall / 2;
      pen.text(clipped(pen, l.words, LABEL - 8), 0, y, {fill: pen.theme[l.branch] || pen.theme.ink, bold: l.bold()});
      pen.text(below(l, scale), 0, y + 15, {size: 11, fill: pen.theme.faint});
    });
  };
  const find = (x, y) => places.find(p => x >= p.x && x < p.x + p.w && y >= p.y && y < p.y + p.h);
  const pixelOf = (p, x, y) => [(x - p.x) / p.w * run.image.cols, (y - p.y) / p.h * run.image.rows];
  return new Figure({
    title: () => 'Where “' + run.words[get.word()].piece + '” is attended to',
    caption: () => 'Attention to the piece “' + run.words[get.word()].piece + '” of “' + run.sentence + '”, '
      + (looking.head < 0 ? 'mean of the heads' : 'head ' + (looking.head + 1)) + '; one scale for each branch. A cell’s weights over the words sum to 1.',
    height: layout,
    draw(pen, width) {
      layout(width);
      const scale = scales();
      drawLabels(pen, scale);
      for (const p of places) {
        const values = ready(p.a.blob);
        if (values) {
          pen.picture(picture(p.a, values, scale.get(p.branch)), p.x, p.y, p.w, p.h);
        } else {
          pen.rect(p.x, p.y, p.w, p.h, pen.theme.sunk);
        }
        if (p.place === rows[looking.row] && p.branch === looking.branch) {
          pen.frame(p.x - 1.5, p.y - 1.5, p.w + 3, p.h + 3, pen.theme.accent, 2);
        }
        if (looking.pixel) {
          cross(pen, p.x + looking.pixel[0] / run.image.cols * p.w, p.y + looking.pixel[1] / run.image.rows * p.h, 5);
        }
      }
      legend(pen, new Scale(0, 1), width - 2, layout(width) - 14, 'weight by the branch’s largest');
    },
    over(x, y) {
      const p = x === null ? null : find(x, y);
      if (!p) {
        change({hover: null});
        return null;
      }
      const pixel = pixelOf(p, x, y);
      change({hover: pixel, row: rows.indexOf(p.place), branch: p.branch});
      const values = ready(p.a.blob);
      const {row, col, cell} = cellUnder(p.a, run, pixel);
      return p.place + ', ' + (BRANCH_WORDS[p.branch] || p.branch) + ', row ' + row + ', column ' + col
        + (values ? '\nweight ' + exact(weightAt(p.a, values, looking.head, cell, get.word())) : '');
    },
    press(x, y) {
      const p = find(x, y);
      if (p) {
        change({pin: pixelOf(p, x, y), row: rows.indexOf(p.place), branch: p.branch});
      }
    },
    step: (dx, dy) => {
      const p = places.find(q => q.place === rows[looking.row] && q.branch === looking.branch) || places[0];
      const from = looking.pixel || [run.image.cols / 2, run.image.rows / 2];
      const x = Math.min(run.image.cols - 1, Math.max(0, from[0] + dx * run.image.cols / p.a.cols));
      const y = Math.min(run.image.rows - 1, Math.max(0, from[1] + dy * run.image.rows / p.a.rows));
      return [p.x + x / run.image.cols * p.w, p.y + y / run.image.rows * p.h];
    },
  });
}

/** A cross that is seen on every colour. */
function cross(pen, x, y, size) {
  for (const [colour, thick] of [['#000000', 3], ['#ffffff', 1.2]]) {
    pen.line([x - size, y, x + size, y], colour, thick);
    pen.line([x, y - size, x, y + size], colour, thick);
  }
}

/** The image with the mask or the word's map over it. */
function sightFigure(run, get, change) {
  const {rows, at} = attentionTable(run);
  const layers = {word: 'the word’s map', mask: 'the mask', logit: 'the logits', none: 'nothing'};
  let layer = 'word';
  let side = 1;
  let figure = null;
  const pixelOf = (x, y) => [x / side * run.image.cols, y / side * run.image.cols];
  const made = new Map();
  const once = (key, make) => {
    if (!made.has(key)) {
      made.set(key, make());
    }
    return made.get(key);
  };
  const overlay = () => {
    const a = at(rows[looking.row], looking.branch);
    const values = a && ready(a.blob);
    if (layer === 'word' && values) {
      return once([a.blob, get.word(), looking.head].join(), () => {
        const {weights, high} = weightMap(run, a, values, looking.head, get.word());
        return [heat(weights, a.rows, a.cols, new Scale(0, high || 1)), 0.66, true];
      });
    }
    const bits = ready(run.mask.blob);
    if (layer === 'mask' && bits) {
      return once(layer, () => [veil(bits, run.mask.rows, run.mask.cols, MASK_COLOUR, 190), 1, false]);
    }
    const logits = ready(run.logits.blob);
    if (layer === 'logit' && logits) {
      return once(layer, () => [heat(logits, run.logits.rows, run.logits.cols, Scale.of(...extent(logits))), 0.85, false]);
    }
    return null;
  };
  figure = new Figure({
    title: 'The image, and over it ' + layers.word,
    caption: () => (layer === 'word'
      ? '“' + run.words[get.word()].piece + '” at ' + rows[looking.row] + ', ' + (BRANCH_WORDS[looking.branch] || looking.branch) + '. '
      : '') + 'Point at a pixel to see its words; press to keep it.',
    height(width) {
      side = Math.min(width, 560);
      return side * run.image.rows / run.image.cols;
    },
    draw(pen) {
      const high = backdrop(pen, run, side);
      const over = overlay();
      if (over) {
        pen.picture(over[0], 0, 0, side, high, {opacity: over[1], smooth: over[2]});
      }
      if (looking.pixel) {
        cross(pen, looking.pixel[0] / run.image.cols * side, looking.pixel[1] / run.image.cols * side, 8);
      }
    },
    over(x, y) {
      if (x === null || x >= side) {
        change({hover: null});
        return null;
      }
      const pixel = pixelOf(x, y);
      change({hover: pixel});
      const logits = ready(run.logits.blob);
      const c = cellUnder(run.logits, run, pixel);
      return 'pixel ' + Math.floor(pixel[0]) + ', ' + Math.floor(pixel[1])
        + (logits ? '\nlogit ' + exact(logits[c.cell]) + (logits[c.cell] > 0 ? ': in the mask' : ': not in the mask') : '');
    },
    press: (x, y) => x < side && change({pin: pixelOf(x, y)}),
    step(dx, dy) {
      const from = looking.pixel || [run.image.cols / 2, run.image.rows / 2];
      const to = [from[0] + 4 * dx, from[1] + 4 * dy].map((v, i) => Math.min((i ? run.image.rows : run.image.cols) - 1, Math.max(0, v)));
      return to.map(v => v / run.image.cols * side);
    },
    tools: choice('over it', Object.entries(layers), layer, v => {
      layer = v;
      figure.redraw();
    }),
  });
  for (const blob of [run.mask.blob, run.logits.blob]) {
    load(blob).then(drawAgain);
  }
  return figure;
}

/** For the pixel that is looked at: bars over the words, a column for each branch, and what leaving each word out does there. */
function wordBars(run, get) {
  const {rows, branches, at} = attentionTable(run);
  const dropped = new Map(run.causes.flatMap(c => c.positions.map(word => [word, c])));
  const pieces = shownWords(run);
  const LINE = 22;
  const LABEL = 108;
  return new Figure({
    title: () => 'Which words pixel ' + looking.pixel.map(Math.floor).join(', ') + ' looks at, ' + rows[looking.row],
    caption: () => 'Weights of the words at the cell of ' + rows[looking.row] + ' over that pixel; a branch’s weights sum to 1.'
      + (dropped.size ? ' Last column: how the logit about the pixel changes when the word is left out; a fall (blue) means that the word spoke for the object here.' : ''),
    height: () => 46 + LINE * pieces.length,
    draw(pen, width) {
      const columns = branches.filter(b => at(rows[looking.row], b));
      const wide = (width - LABEL) / (columns.length + (dropped.size ? 1 : 0));
      columns.forEach((b, i) => {
        const x = LABEL + i * wide;
        pen.text(clipped(pen, BRANCH_WORDS[b] || b, wide - 18), x, 14, {fill: pen.theme[b] || pen.theme.ink, bold: true});
        const a = at(rows[looking.row], b);
        const values = ready(a.blob);
        if (!values) {
          load(a.blob).then(drawAgain);
          return;
        }
        const {cell} = cellUnder(a, run, looking.pixel);
        pieces.forEach((w, line) => {
          let weight = 0;
          for (let j = w.at; j < w.at + w.alike; j++) {
            weight += weightAt(a, values, looking.head, cell, j);
          }
          pen.rect(x, 24 + line * LINE + 3, (wide - 56) * weight, LINE - 8, pen.theme[b] || pen.theme.accent);
          pen.text(weight.toFixed(3), x + (wide - 56) * weight + 4, 24 + line * LINE + 15, {size: 11, fill: pen.theme.faint});
        });
      });
      pieces.forEach((w, line) => {
        const y = 24 + line * LINE;
        const quiet = w.marks.some(m => m === 'padding' || m === 'cls' || m === 'sep');
        pen.text(clipped(pen, w.piece + (w.alike > 1 ? ' × ' + w.alike : ''), LABEL - 22), 12, y + 15,
          {bold: w.at === get.word(), fill: quiet ? pen.theme.faint : pen.theme.ink});
        w.marks.filter(m => m === 'object' || m === 'position').forEach((m, i) => pen.rect(i * 5, y + 3, 4, LINE - 8, pen.theme[m]));
      });
      if (dropped.size) {
        dropBars(pen, LABEL + columns.length * wide, wide - 52);
      }
      const whole = ready(run.logits.blob);
      if (whole) {
        const {cell} = cellUnder(run.logits, run, looking.pixel);
        pen.text('logit ' + short(whole[cell]) + (whole[cell] > 0 ? ', in the mask' : ', not in the mask'), 12, 24 + LINE * pieces.length + 15,
          {size: 11, fill: pen.theme.faint});
      }
    },
    over: () => null,
  });

  function dropBars(pen, x, wide) {
    pen.text(clipped(pen, 'when left out', wide + 44), x, 14, {bold: true});
    const changes = pieces.map(w => (dropped.has(w.at) ? changeAt(run, dropped.get(w.at), looking.pixel) : null));
    const most = Math.max(1e-6, ...changes.map(c => Math.abs(c || 0)));
    changes.forEach((c, w) => {
      if (c !== null) {
        const y = 24 + w * LINE;
        const long = c / most * wide / 2;
        pen.rect(x + wide / 2 + Math.min(0, long), y + 3, Math.abs(long), LINE - 8, c < 0 ? pen.theme.position : pen.theme.object);
        pen.text((c > 0 ? '+' : '') + c.toFixed(2), x + wide + 4, y + 15, {size: 11, fill: pen.theme.faint});
      }
    });
    pen.line([x + wide / 2, 22, x + wide / 2, 22 + LINE * changes.length], pen.theme.line);
  }
}

/** By how much the logit of a changed run is above that of the plain one about a pixel: mean over the changed run's cell. */
function changeAt(run, cause, pixel) {
  const whole = ready(run.logits.blob);
  const changed = ready(cause.logits.blob);
  if (!whole || !changed) {
    load(cause.logits.blob).then(drawAgain);
    return null;
  }
  const {row, col, cell} = cellUnder(cause.logits, run, pixel);
  const side = Math.ceil(run.logits.rows / cause.logits.rows);
  let sum = 0;
  let n = 0;
  for (let y = row * side; y < Math.min(run.logits.rows, (row + 1) * side); y++) {
    for (let x = col * side; x < Math.min(run.logits.cols, (col + 1) * side); x++, n++) {
      sum += whole[y * run.logits.cols + x];
    }
  }
  return changed[cell] - sum / n;
}

/** The word without which the mask changes most, or the first of the object. */
function tellingWord(run) {
  const strongest = run.causes.filter(c => c.positions.length).sort((a, b) => a.iou - b.iou)[0];
  return strongest ? strongest.positions[0] : Math.max(0, run.words.findIndex(w => w.marks.includes('object')));
}

/** The view '#words/WORD/PLACE/BRANCH/X,Y'. */
function wordsView(word, place, branch, pixel) {
  const run = main;
  if (!run.attention.length) {
    return [h('h2', null, 'Words and pixels'), h('p', null, 'This network has no attention from pixels to words that the page knows.')];
  }
  const {rows, branches} = attentionTable(run);
  looking.word = run.words[word] ? Number(word) : tellingWord(run);
  looking.row = rows.includes(place) ? rows.indexOf(place) : Math.min(2, rows.length - 1);
  looking.branch = branches.includes(branch) ? branch : branches[0];
  const kept = /^\d+,\d+$/.test(pixel || '') ? pixel.split(',').map(Number) : null;
  let pinned = kept || run.mask.peak;
  looking.pixel = pinned;
  let peek = null;
  const get = {word: () => (peek === null ? looking.word : peek)};
  const figures = [];
  const again = () => figures.forEach(f => f.redraw());
  const mark = () => note('words', looking.word, rows[looking.row], looking.branch, pinned ? pinned.map(Math.floor).join(',') : null);
  const change = next => {
    if (next.row !== undefined) {
      looking.row = next.row;
      looking.branch = next.branch;
    }
    if (next.pin) {
      pinned = next.pin;
      mark();
    }
    looking.pixel = next.pin || next.hover || pinned;
    places.lastChild.value = rows[looking.row];
    again();
  };
  const places = choice('at', rows.map(r => [r, r]), rows[looking.row], v => {
    looking.row = rows.indexOf(v);
    mark();
    again();
  });
  const buttons = pieceButtons(run, looking.word, (i, only) => {
    if (only) {
      peek = i;
    } else {
      looking.word = i;
      peek = null;
      buttons.press(i);
      mark();
    }
    again();
  });
  figures.push(sightFigure(run, get, change), wordBars(run, get), wordMaps(run, get, change));
  const heads = Math.max(...run.attention.map(a => a.heads));
  return [
    h('h2', null, 'Words and pixels'),
    h('p', null, 'Point at a word to see where it is attended to; point at a pixel of the image to see the words that it looks at, at the stage that is chosen, and how its logit falls without each. Press to keep either.'),
    buttons,
    h('div', {class: 'bar'}, places, heads > 1 ? choice('head', [[-1, 'mean of all'], ...Array.from({length: heads}, (_, i) => [i, i + 1])], looking.head, v => {
      looking.head = Number(v);
      again();
    }) : null),
    h('div', {class: 'side'}, h('div', null, shown(figures[0])), h('div', null, shown(figures[1]))),
    shown(figures[2]),
    besideView(run),
  ];
}

/** Gates, priors and channel weights of the stages. */
function besideView(run) {
  return run.beside.length === 0 ? null : [
    h('h3', null, 'Beside it: gates, where things may be, which channels count'),
    h('div', {class: 'columns'}, run.beside.map(b => h('section', null, h('h3', null, b.place + ': ' + b.title), h('p', {class: 'faint'}, b.words),
      shown(tensorFigure(run, b)), h('p', null, link(b.path, 'way', b.path)))))];
}
