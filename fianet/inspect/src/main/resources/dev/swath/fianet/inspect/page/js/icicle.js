/** By what modules can be as wide as they are. */
const WIDTHS = {
  nanos: ['time', m => m.nanos, duration],
  flops: ['operations', m => m.flops, operations],
  bytes: ['bytes written', m => m.bytes, bytes],
  parameters: ['parameters', m => m.parameters, count],
};

/** By what they can be coloured: the number, and how it is said. */
const TINTS = {
  deviation: ['deviation of the result', m => (m.stats ? m.stats.deviation : null), short],
  zeros: ['share of zeros', m => (m.stats && m.stats.count ? m.stats.zeros / m.stats.count : null), percent],
  speed: ['operations a second', m => (m.flops && m.nanos ? m.flops / m.nanos * 1e9 : null), v => operations(v) + '/s'],
};

/** Boxes [x, width, depth, module] in fractions of the whole: children within their parent, in the order of the pass. */
function boxes(run, value) {
  const out = [];
  const place = (module, x, width, depth) => {
    out.push({x, width, depth, module});
    const own = value(module) || 0;
    const inner = module.children.reduce((sum, i) => sum + (value(run.modules[i]) || 0), 0);
    const whole = Math.max(own, inner);
    let at = x;
    for (const i of module.children) {
      const part = whole > 0 ? width * (value(run.modules[i]) || 0) / whole : 0;
      if (part > 0) {
        place(run.modules[i], at, part, depth + 1);
      }
      at += part;
    }
  };
  place(run.modules[0], 0, 1, 0);
  return out;
}

/**
 * The whole pass in one figure: every module as wide as its share, below what it belongs to. `options` has width (of WIDTHS), tint
 * ([words, module => number or null, number => words]), selected (a path), pick(module).
 */
function icicle(run, options) {
  const [widthName, value, widthWords] = WIDTHS[options.width];
  const [tintName, tint, tintWords] = options.tint;
  const all = boxes(run, value);
  const deep = 1 + Math.max(...all.map(b => b.depth));
  const numbers = all.map(b => tint(b.module)).filter(v => v !== null && Number.isFinite(v));
  const scale = new Scale(Math.min(0, ...numbers), Math.max(...numbers, 1e-30));
  const ROW = 21;
  let width = 1;
  let cursor = 0;
  const find = (x, y) => all.find(b => b.depth === Math.floor(y / ROW) && x >= b.x * width && x < (b.x + b.width) * width);
  const words = b => {
    const t = tint(b.module);
    return shownName(b.module.path) + '\n' + b.module.type + ', ' + widthWords(value(b.module) || 0) + ' (' + percent(b.width) + ')'
      + (t === null ? '' : '\n' + tintName + ': ' + tintWords(t));
  };
  return new Figure({
    title: 'The whole pass of ' + run.network + ' by ' + widthName,
    caption: 'Every module as wide as its share of the ' + widthName + ', below what it belongs to, in the order of the pass; its colour is its '
      + tintName + '. Press one to go there.',
    height: () => deep * ROW + 18,
    draw(pen, w) {
      width = w;
      for (const b of all) {
        const x = b.x * w;
        const wide = b.width * w;
        if (wide < 0.4) {
          continue;
        }
        const t = tint(b.module);
        pen.rect(x, b.depth * ROW, Math.max(0.4, wide - (wide > 3 ? 1 : 0)), ROW - 1, t === null ? pen.theme.sunk : scale.css(t));
        if (wide > 34) {
          const dark = t !== null && (t - scale.low) / (scale.high - scale.low) < 0.55;
          const name = clipped(pen, lastName(b.module), wide - 8);
          pen.text(name, x + 4, b.depth * ROW + 15, {fill: t === null ? pen.theme.ink : dark ? '#ffffff' : '#101010'});
        }
      }
      const chosen = all.find(b => b.module.path === options.selected);
      if (chosen) {
        pen.frame(chosen.x * w + 1, chosen.depth * ROW + 1, Math.max(2, chosen.width * w - 3), ROW - 3, pen.theme.warn, 2);
      }
      legend(pen, scale, w - 2, deep * ROW + 5, tintName);
    },
    over: (x, y) => {
      const b = x === null ? null : find(x, y);
      return b ? words(b) : null;
    },
    press(x, y) {
      const b = find(x, y);
      if (b) {
        options.pick(b.module);
      }
    },
    step(dx, dy) {
      cursor = (cursor + (dx || dy) + all.length) % all.length;
      const b = all[cursor];
      return [(b.x + b.width / 2) * width, b.depth * ROW + ROW / 2];
    },
  });
}

/** As much of a text as fits. */
function clipped(pen, text, width) {
  if (pen.width(text) <= width) {
    return text;
  }
  let n = text.length - 1;
  while (n > 0 && pen.width(text.slice(0, n) + '…') > width) {
    n--;
  }
  return n > 0 ? text.slice(0, n) + '…' : '';
}
