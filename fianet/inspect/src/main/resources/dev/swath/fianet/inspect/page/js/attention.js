/** What is looked at: a word, a place (row of the attention's table), a branch, a head (-1: their mean), a pixel of the image. */
const looking = {word: 0, row: 0, branch: '', head: -1, pixel: null};

const BRANCH_WORDS = {
  context: 'whole sentence',
  object: 'object phrase',
  position: 'position phrase',
};

/** Attention of a run as a table: rows are places in the order of the pass, columns branches. */
function attentionTable(run) {
  const rows = [...new Set(run.attention.map(a => a.place))];
  const branches = [...new Set(run.attention.map(a => a.branch))];
  return {rows, branches, at: (place, branch) => run.attention.find(a => a.place === place && a.branch === branch)};
}

/** The weight of a word at a cell: of one head, or the mean of all. Weights lie head, cell, word. */
function weightAt(attention, values, head, cell, word) {
  const n = attention.words;
  const cells = attention.rows * attention.cols;
  if (head >= 0) {
    return values[(Math.min(head, attention.heads - 1) * cells + cell) * n + word];
  }
  let sum = 0;
  for (let i = 0; i < attention.heads; i++) {
    sum += values[(i * cells + cell) * n + word];
  }
  return sum / attention.heads;
}

/** All weights of a word, a picture of rows × cols. */
function weightsOf(attention, values, head, word) {
  const out = new Float32Array(attention.rows * attention.cols);
  for (let cell = 0; cell < out.length; cell++) {
    out[cell] = weightAt(attention, values, head, cell, word);
  }
  return out;
}

const weightMaps = new Map();

/** The map of a word with its largest weight, made once. */
function weightMap(run, attention, values, head, word) {
  const key = [attention.blob, word, head].join();
  if (!weightMaps.has(key)) {
    if (weightMaps.size > 500) {
      weightMaps.clear();
    }
    const weights = weightsOf(attention, values, head, word);
    weightMaps.set(key, {weights, high: extent(weights)[1]});
  }
  return weightMaps.get(key);
}

/** The cell of a map over which a pixel of the image lies. */
function cellUnder(map, run, [x, y]) {
  const col = Math.min(map.cols - 1, Math.floor(x / run.image.cols * map.cols));
  const row = Math.min(map.rows - 1, Math.floor(y / run.image.rows * map.rows));
  return {row, col, cell: row * map.cols + col};
}

/** Pieces that are shown: of the padding at the end the first stands for all. */
function shownWords(run) {
  const first = run.words.findIndex(w => w.marks.includes('padding'));
  return run.words.map((w, i) => ({...w, at: i, alike: i === first ? run.words.length - first : 1})).filter(w => first < 0 || w.at <= first);
}

const MARK_WORDS = {cls: 'start', sep: 'end', padding: 'padding', object: 'object', position: 'position'};

/** The pieces as buttons, marked by what they are. */
function pieceButtons(run, word, pick) {
  const pieces = shownWords(run);
  const buttons = pieces.map((w, i) => h('button', {
    type: 'button',
    class: [...w.marks.filter(m => m !== 'cls' && m !== 'sep'), w.marks.some(m => m === 'cls' || m === 'sep') ? 'special' : ''].join(' ').trim(),
    'aria-pressed': String(i === word),
    'data-key': 'word-' + i,
    onclick: () => pick(i),
    onpointerenter: () => pick(i, true),
    onfocus: () => pick(i, true),
  }, w.piece + (w.alike > 1 ? ' × ' + w.alike : ''), h('small', null, w.marks.map(m => MARK_WORDS[m]).join(' + ') || 'sentence')));
  const box = h('div', {class: 'words', role: 'group', 'aria-label': 'Pieces of the sentence', onpointerleave: () => pick(null, true)}, buttons);
  box.press = i => buttons.forEach((b, at) => b.setAttribute('aria-pressed', String(at === i)));
  return box;
}
