/** The words at a pixel with how its logit falls without each, the strongest first; null where no run without a word was made. */
async function wordsOfPixel(run, pixel) {
  const dropped = run.causes.filter(c => c.positions.length);
  await loadAll([run.logits.blob, ...dropped.map(c => c.logits.blob)]);
  return dropped.map(c => ({word: c.positions.map(i => run.words[i].piece.replace('##', '')).join(''), change: changeAt(run, c, pixel)}))
    .sort((a, b) => a.change - b.change);
}

/** What the words of the pixel come to, in a sentence. */
function pixelAnswer(words, pixel) {
  const fell = words.filter(w => w.change < 0).slice(0, 2);
  return 'At ' + pixel.map(Math.floor).join(', ') + ', the surest pixel: ' + (fell.length
    ? fell.map(w => '“' + w.word + '”').join(', then ') + '; without ' + (fell.length > 1 ? 'them its logit falls by ' : 'it its logit falls by ')
      + fell.map(w => short(-w.change)).join(' and ') + '.'
    : 'none; its logit does not fall without any of them.');
}

function causeAnswer(cause) {
  const marked = cause.area - cause.gained + cause.lost;
  const part = n => percent(n / Math.max(1, marked));
  return cause.lost + cause.gained === 0 ? 'Nothing: without it the same pixels are marked.'
    : 'Without it ' + part(cause.lost) + ' of what is marked goes' + (cause.gained ? ', and ' + part(cause.gained) + ' of that size comes elsewhere.' : '.');
}

/** What a reader may want to know, each with the place that shows it and what is to be said of it at once. */
function questionsOf(run) {
  const out = [];
  const ask = (question, answer, ...place) => out.push({question, answer, place});
  if (run.attention.length) {
    const {rows, branches} = attentionTable(run);
    const answer = run.causes.some(c => c.positions.length)
      ? wordsOfPixel(run, run.mask.peak).then(words => pixelAnswer(words, run.mask.peak))
      : 'At each stage, how much each word counts at the pixel that you point at.';
    ask('Which words made this pixel positive?', answer, 'words', tellingWord(run), rows[Math.min(2, rows.length - 1)], branches[0], run.mask.peak.join(','));
    ask('Where is a word looked at?', 'At each stage, for the whole sentence and for each phrase.', 'words');
  }
  const strongest = run.causes.filter(c => c.kind === 'word').sort((a, b) => a.iou - b.iou)[0];
  if (strongest) {
    ask('Which word does the mask need most?', 'It changes most ' + strongest.name + '. ' + causeAnswer(strongest), 'causes', run.causes.indexOf(strongest));
  }
  run.causes.forEach((c, i) => {
    if (c.skips) {
      ask('What does the multi-scale module change in this mask?', causeAnswer(c), 'causes', i);
    }
  });
  if (page.comparison) {
    const first = page.comparison.first;
    ask('Which module is the first to differ in the second run?', first === null ? 'None: every module gives the same.'
      : [h('b', null, shownName(first)), '.'], 'compare');
  }
  if (page.truth) {
    const first = page.truth.first;
    ask('Which module is the first to go wrong, by ' + page.truth.file + '?', first === null ? 'None: all are within the tolerance.' : [h('b', null, shownName(first)), '.'], 'truth');
  }
  if (run.tensors.length) {
    ask('What does a module give, number by number?', count(run.tensors.length) + ' tensors are here whole.', 'tensors');
  }
  const able = run.ops.filter(canExplain);
  if (able.length) {
    ask('Which numbers made this number?', 'Inputs, weights and sums of any cell that ' + count(able.length) + ' ops gave.', 'products');
  }
  if (page.gradients) {
    const none = page.gradients.vanished.length;
    ask('What would a training step of this sample move?', none ? 'Nothing comes back to ' + count(none) + ' modules.' : 'Every module that has weights and was called.', 'gradients');
  }
  return out;
}

/** The questions as links with their answers, those that take reading numbers as soon as these are read. */
function questions(run) {
  return h('section', {class: 'questions', 'aria-label': 'Questions'}, h('dl', null, questionsOf(run).map(q => {
    const answer = h('dd', null, q.answer instanceof Promise ? '…' : q.answer);
    if (q.answer instanceof Promise) {
      q.answer.then(words => answer.replaceChildren(words));
    }
    return [h('dt', null, link(q.question, ...q.place)), answer];
  })));
}
