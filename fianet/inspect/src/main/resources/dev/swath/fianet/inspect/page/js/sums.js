/**
 * The arithmetic of one output cell, op by op, in the order of the scalar kernels of Java and in double precision as there. Each function
 * gets {op, t, shapes, at}: the op, its inputs by name, their shapes, and the cell's place in the result; it returns
 *   formula   how the cell is made
 *   columns   titles of the numbers that made it
 *   rows      [name, number, ...], one for each column
 *   steps     [name, number] from the rows to the result
 *   value     the result
 */
const SUMS = {
  linear({op, t, shapes, at}) {
    const [n, k] = shapes.weight;
    const out = at[at.length - 1];
    const row = flat(at, op.shape) - out;
    const from = row / n * k;
    const rows = Array.from({length: k}, (_, i) => product('input ' + i, t.x[from + i], t.weight[out * k + i]));
    return finished({op, rows, columns: ['x', 'weight', 'x · weight'], bias: t.bias && t.bias[out], residual: t.residual && t.residual[row + out],
      formula: 'y = f(Σ x · weight + bias)' + (t.residual ? ' + residual' : '')});
  },

  conv2d({op, t, shapes, at}) {
    const inputs = Object.keys(shapes).filter(name => /^x( \d+)?$/.test(name));
    const [, height, width] = shapes[inputs[0]];
    const [outs, each, k] = shapes.weight;
    const {stride, padding, groups, dilation} = op.settings;
    const [batch, row, col, out] = at;
    const first = Math.floor(out / (outs / groups)) * each;
    const read = (y, x, c) => {
      for (const name of inputs) {
        const channels = shapes[name][3];
        if (c < channels) {
          return t[name][((batch * height + y) * width + x) * channels + c];
        }
        c -= channels;
      }
      return 0;
    };
    const rows = [];
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        const y = row * stride - padding + i * dilation;
        const x = col * stride - padding + j * dilation;
        for (let c = 0; c < each && y >= 0 && y < height && x >= 0 && x < width; c++) {
          rows.push(product('row ' + y + ', column ' + x + ', channel ' + (first + c), read(y, x, first + c), t.weight[((out * each + c) * k + i) * k + j]));
        }
      }
    }
    return finished({op, rows, columns: ['x', 'weight', 'x · weight'], bias: t.bias && t.bias[out],
      formula: 'y = f(Σ x · weight + bias) over the ' + k + ' × ' + k + ' cells around it; cells outside of the map count as 0'});
  },

  attention({op, t, shapes, at}) {
    const {heads, scale} = op.settings;
    const [batch, query, channel] = at;
    const [, keys, channels] = shapes.k;
    const d = channels / heads;
    const h0 = Math.floor(channel / d) * d;
    const q0 = (batch * shapes.q[1] + query) * channels;
    const scores = Array.from({length: keys}, (_, j) => {
      let dot = 0;
      for (let c = h0; c < h0 + d; c++) {
        dot += t.q[q0 + c] * t.k[(batch * keys + j) * channels + c];
      }
      return {product: scale * dot, mask: 1e4 * (t.mask ? t.mask[batch * keys + j] - 1 : 0)};
    });
    return mixed(scores.map((s, j) => ({...s, name: 'key ' + j, bias: 0, v: t.v[(batch * keys + j) * channels + channel]})),
      'y = Σ weight · v, weight = softmax over the keys of scale · q·k + mask; scale = ' + short(scale) + ', head ' + Math.floor(channel / d));
  },

  window_attention({op, t, shapes, at}) {
    const {heads, window: m, shift} = op.settings;
    const [, height, width, three] = shapes.qkv;
    const channels = three / 3;
    const d = channels / heads;
    const [batch, row, col, channel] = at;
    const head = Math.floor(channel / d);
    const down = Math.ceil(height / m) * m;
    const across = Math.ceil(width / m) * m;
    const rolled = (place, n) => (place - shift + n) % n;
    const band = (place, n) => (shift === 0 || place < n - m ? 0 : place < n - shift ? 1 : 2);
    const [r, c] = [rolled(row, down), rolled(col, across)];
    const read = (y, x, i) => (y < height && x < width ? t.qkv[((batch * height + y) * width + x) * three + i] : t.qkvBias[i]);
    const terms = [];
    for (let i = 0; i < m * m; i++) {
      const [kr, kc] = [r - r % m + Math.floor(i / m), c - c % m + i % m];
      const [y, x] = [(kr + shift) % down, (kc + shift) % across];
      let dot = 0;
      for (let e = head * d; e < head * d + d; e++) {
        dot += read(row, col, e) * read(y, x, channels + e);
      }
      const place = (r % m - Math.floor(i / m) + m - 1) * (2 * m - 1) + c % m - i % m + m - 1;
      const same = band(kr, down) === band(r, down) && band(kc, across) === band(c, across);
      terms.push({name: 'row ' + y + ', column ' + x, product: dot / Math.sqrt(d), bias: t.table[place * heads + head], mask: same ? 0 : -100,
        v: read(y, x, 2 * channels + channel)});
    }
    return mixed(terms, 'y = Σ weight · v, weight = softmax over the window’s cells of q·k / √' + d + ' + bias + mask; head ' + head);
  },

  layer_norm({op, t, shapes, at}) {
    const c = shapes.x[shapes.x.length - 1];
    const channel = at[at.length - 1];
    const from = flat(at, op.shape) - channel;
    return normed({values: t.x.subarray(from, from + c), chosen: channel, eps: op.settings.eps, weight: t.weight && t.weight[channel],
      bias: t.bias && t.bias[channel], over: 'channel', formula: 'y = (x - mean) / √(variance + eps) · weight + bias, mean and variance over the channels'});
  },

  instance_norm({op, t, shapes, at}) {
    const channels = shapes.x[shapes.x.length - 1];
    const cells = shapes.x.slice(1, -1).reduce((a, b) => a * b, 1);
    const cell = Math.floor(flat(at, op.shape) / channels) % cells;
    const values = Array.from({length: cells}, (_, i) => t.x[(at[0] * cells + i) * channels + at[at.length - 1]]);
    return normed({values, chosen: cell, eps: op.settings.eps, over: 'cell', formula: 'y = (x - mean) / √(variance + eps), mean and variance over all cells of the channel'});
  },

  batch_norm({op, t, at}) {
    const c = at[at.length - 1];
    const x = t.x[flat(at, op.shape)];
    const {eps} = op.settings;
    const scale = (t.weight ? t.weight[c] : 1) / Math.sqrt(t.variance[c] + eps);
    return {formula: 'y = (x - mean) / √(variance + eps) · weight + bias, mean and variance as they were learned', columns: ['number'],
      rows: [['x', x], ['mean', t.mean[c]], ['variance', t.variance[c]], ['eps', eps], ['weight', t.weight ? t.weight[c] : 1], ['bias', t.bias ? t.bias[c] : 0]],
      steps: [['x - mean', x - t.mean[c]], ['weight / √(variance + eps)', scale]], value: (x - t.mean[c]) * scale + (t.bias ? t.bias[c] : 0)};
  },

  softmax({op, t, shapes, at}) {
    const n = shapes.x[shapes.x.length - 1];
    const from = flat(at, op.shape) - at[at.length - 1];
    const values = Array.from(t.x.subarray(from, from + n));
    const most = Math.max(...values);
    const sum = values.reduce((s, v) => s + Math.exp(v - most), 0);
    return {formula: 'y = exp(x) / Σ exp(x)', columns: ['x', 'exp(x - largest)'], rows: values.map((v, i) => ['x ' + i, v, Math.exp(v - most)]),
      steps: [['largest', most], ['Σ exp(x - largest)', sum]], value: Math.exp(values[at[at.length - 1]] - most) / sum};
  },

  log_softmax({op, t, shapes, at}) {
    const made = SUMS.softmax({op, t, shapes, at});
    const most = made.steps[0][1];
    return {...made, formula: 'y = x - largest - log Σ exp(x - largest)', value: t.x[flat(at, op.shape)] - most - Math.log(made.steps[1][1])};
  },

  adaptive_avg_pool({op, t, shapes, at}) {
    const [batch, row, col, c] = at;
    const [, height, width, channels] = shapes.x;
    const span = (i, n, out) => [Math.floor(i * n / out), Math.ceil((i + 1) * n / out)];
    const [top, bottom] = span(row, height, op.shape[1]);
    const [left, right] = span(col, width, op.shape[2]);
    const rows = [];
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        rows.push(['row ' + y + ', column ' + x, t.x[((batch * height + y) * width + x) * channels + c]]);
      }
    }
    const sum = rows.reduce((a, r) => a + r[1], 0);
    return {formula: 'y = mean of the cells of the input that the output cell covers', columns: ['x'], rows, steps: [['Σ x', sum], ['cells', rows.length]], value: sum / rows.length};
  },

  matmul({op, t, shapes, at}) {
    const k = shapes.a[shapes.a.length - 1];
    const n = shapes.b[shapes.b.length - 1];
    const m = shapes.a[shapes.a.length - 2];
    const [row, col] = at.slice(-2);
    const a0 = flat(broadcast(at.slice(0, -2), shapes.a.slice(0, -2)), shapes.a.slice(0, -2)) * m * k + row * k;
    const b0 = flat(broadcast(at.slice(0, -2), shapes.b.slice(0, -2)), shapes.b.slice(0, -2)) * k * n + col;
    return finished({op: {settings: {}}, columns: ['a', 'b', 'a · b'], formula: 'y = Σ a · b',
      rows: Array.from({length: k}, (_, i) => product('term ' + i, t.a[a0 + i], t.b[b0 + i * n]))});
  },

  resize({op, t, shapes, at}) {
    const [batch, row, col, c] = at;
    const [, height, width, channels] = shapes.x;
    const source = (i, n, out) => {
      const place = op.settings.alignCorners ? (out === 1 ? 0 : i * (n - 1) / (out - 1)) : Math.max(0, (i + 0.5) * n / out - 0.5);
      const low = Math.min(Math.floor(place), n - 1);
      return [[low, 1 - (place - low)], [Math.min(low + 1, n - 1), place - low]];
    };
    const rows = [];
    for (const [y, v] of source(row, height, op.shape[1])) {
      for (const [x, w] of source(col, width, op.shape[2])) {
        rows.push(product('row ' + y + ', column ' + x, t.x[((batch * height + y) * width + x) * channels + c], v * w));
      }
    }
    return finished({op: {settings: {}}, rows, columns: ['x', 'share', 'x · share'], formula: 'y = Σ x · share over the four cells between which it lies'});
  },

  embedding({t, shapes, at}) {
    const c = shapes.table[1];
    const id = t.ids[flat(at.slice(0, -1), shapes.ids)];
    return {formula: 'y = table[id]', columns: ['number'], rows: [['table, row ' + id + ', column ' + at[at.length - 1], t.table[id * c + at[at.length - 1]]]], steps: [],
      value: t.table[id * c + at[at.length - 1]]};
  },
};

/** Sums, differences, products, quotients of two tensors, the smaller one repeated. */
for (const [name, sign, f] of [['add', '+', (a, b) => a + b], ['sub', '-', (a, b) => a - b], ['mul', '·', (a, b) => a * b], ['div', '/', (a, b) => a / b],
  ['max', 'max', Math.max], ['min', 'min', Math.min]]) {
  SUMS['binary ' + name] = ({t, shapes, at}) => {
    const a = t.a[flat(broadcast(at, shapes.a), shapes.a)];
    const b = t.b[flat(broadcast(at, shapes.b), shapes.b)];
    return {formula: 'y = a ' + sign + ' b', columns: ['number'], rows: [['a', a], ['b', b]], steps: [], value: f(a, b)};
  };
}

for (const name of ['mean', 'sum', 'max', 'min']) {
  SUMS['reduce ' + name] = ({op, t, shapes, at}) => {
    const axis = (op.settings.axis + shapes.x.length) % shapes.x.length;
    const place = op.settings.keepAxis ? at.slice() : [...at.slice(0, axis), 0, ...at.slice(axis)];
    const values = Array.from({length: shapes.x[axis]}, (_, i) => {
      place[axis] = i;
      return t.x[flat(place, shapes.x)];
    });
    const sum = values.reduce((s, v) => s + v, 0);
    const value = {mean: sum / values.length, sum, max: Math.max(...values), min: Math.min(...values)}[name];
    return {formula: 'y = ' + name + ' of x along axis ' + axis, columns: ['x'], rows: values.map((v, i) => ['x ' + i, v]),
      steps: name === 'mean' ? [['Σ x', sum], ['how many', values.length]] : [], value};
  };
}

/** Pointwise functions, as Activation of Java tells them. */
const POINTWISE = {
  identity: x => x,
  relu: x => Math.max(x, 0),
  gelu: x => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  tanh: Math.tanh,
  sigmoid: x => 1 / (1 + Math.exp(-x)),
  hard_sigmoid: x => Math.min(6, Math.max(0, x + 3)) / 6,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  hard_swish: x => x * Math.min(6, Math.max(0, x + 3)) / 6,
  relu6: x => Math.min(6, Math.max(0, x)),
  leaky_relu: x => (x > 0 ? x : 0.2 * x),
  softsign: x => x / (1 + Math.abs(x)),
  softplus: x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  sin: Math.sin,
  cos: Math.cos,
};

for (const [name, f] of Object.entries(POINTWISE)) {
  SUMS[name] = ({op, t, at}) => {
    const x = t.x[flat(at, op.shape)];
    return {formula: 'y = ' + name.replaceAll('_', ' ') + '(x)', columns: ['number'], rows: [['x', x]], steps: [], value: f(x)};
  };
}

/** erf by its series where that is short, else by the continued fraction of erfc: about 1e-15 everywhere. */
function erf(x) {
  const z = Math.abs(x);
  if (z > 6) {
    return Math.sign(x);
  }
  if (z < 2.5) {
    let term = z;
    let sum = z;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= -z * z / n;
      sum += term / (2 * n + 1);
    }
    return Math.sign(x) * 2 / Math.sqrt(Math.PI) * sum;
  }
  let fraction = 0;
  for (let n = 80; n > 0; n--) {
    fraction = n / 2 / (z + fraction);
  }
  return Math.sign(x) * (1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction));
}

/** Where a place lies in an array of that shape. */
function flat(place, shape) {
  return place.reduce((at, p, i) => at * shape[i] + p, 0);
}

/** The place that is read of a tensor that is repeated to a larger shape. */
function broadcast(place, shape) {
  return shape.map((n, i) => (n === 1 ? 0 : place[place.length - shape.length + i]));
}

function product(name, a, b) {
  return [name, a, b, a * b];
}

/** Σ of the last column, then bias, function and residual. */
function finished({op, rows, columns, bias, residual, formula}) {
  const sum = rows.reduce((s, r) => s + r[r.length - 1], 0);
  const f = String((op.settings && op.settings.f) || 'IDENTITY').toLowerCase();
  const steps = [['Σ', sum]];
  let value = sum;
  if (bias !== undefined) {
    value += bias;
    steps.push(['bias', bias], ['Σ + bias', value]);
  }
  if (f !== 'identity') {
    value = POINTWISE[f](value);
    steps.push([f.replaceAll('_', ' ') + ' of that', value]);
  }
  if (residual !== undefined) {
    value += residual;
    steps.push(['residual', residual]);
  }
  return {formula, columns, rows, steps, value};
}

/** Attention from scores on. */
function mixed(terms, formula) {
  const scores = terms.map(s => s.product + s.bias + s.mask);
  const most = Math.max(...scores);
  const sum = scores.reduce((a, s) => a + Math.exp(s - most), 0);
  const rows = terms.map((s, i) => {
    const weight = Math.exp(scores[i] - most) / sum;
    return [s.name, s.product, s.bias, s.mask, weight, s.v, weight * s.v];
  });
  return {formula, columns: ['scaled q·k', 'bias', 'mask', 'weight', 'v', 'weight · v'], rows, steps: [['Σ exp(score - largest)', sum]],
    value: rows.reduce((a, r) => a + r[6], 0)};
}

function normed({values, chosen, eps, weight, bias, over, formula}) {
  const n = values.length;
  let mean = 0;
  values.forEach(v => { mean += v; });
  mean /= n;
  let variance = 0;
  values.forEach(v => { variance += (v - mean) ** 2; });
  variance /= n;
  const inside = (values[chosen] - mean) / Math.sqrt(variance + eps);
  const steps = [['mean', mean], ['variance', variance], ['eps', eps], ['(x - mean) / √(variance + eps)', inside]];
  if (weight !== undefined) {
    steps.push(['weight', weight]);
  }
  if (bias !== undefined) {
    steps.push(['bias', bias]);
  }
  return {formula, columns: ['x', '(x - mean)²'], rows: Array.from(values, (v, i) => [over + ' ' + i, v, (v - mean) ** 2]), steps,
    value: inside * (weight === undefined ? 1 : weight) + (bias === undefined ? 0 : bias)};
}

/** The name in SUMS of what an op does. */
function sumOf(op) {
  const names = op.inputs.map(i => i.name);
  const kind = names.includes('a') && op.name !== 'matmul' ? 'binary ' : op.settings.keepAxis !== undefined ? 'reduce ' : '';
  return kind + op.name;
}

/** Whether the page holds what made the op's result, and knows the arithmetic. */
function canExplain(op) {
  return op.inputs !== undefined && sumOf(op) in SUMS;
}

/** Loads what the op has read, and gives the function from a cell's place to its explanation. */
async function explainer(op) {
  const values = await loadAll(op.inputs.map(i => i.blob));
  const t = {};
  const shapes = {};
  op.inputs.forEach((input, i) => {
    t[input.name] = values[i];
    shapes[input.name] = input.shape;
  });
  return at => SUMS[sumOf(op)]({op, t, shapes, at});
}
