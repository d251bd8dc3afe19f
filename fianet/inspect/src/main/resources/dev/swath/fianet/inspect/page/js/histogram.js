/** A histogram: counts over [low, high] in bins of equal width; heights are logarithms, since activations crowd about 0. */
function histogramFigure(title, stats) {
  const {low, high, counts} = stats.histogram;
  const most = Math.log1p(Math.max(1, ...counts));
  let width = 0;
  const bin = x => Math.floor((x - 8) / (width - 16) * counts.length);
  const words = i => {
    const step = (high - low) / counts.length;
    return i >= 0 && i < counts.length
      ? short(low + i * step) + ' to ' + short(low + (i + 1) * step) + ': ' + count(counts[i]) : null;
  };
  let cursor = 0;
  return new Figure({
    title: 'Histogram of ' + title,
    caption: () => 'How often numbers occur, from ' + short(low) + ' to ' + short(high) + '; heights on a logarithmic scale.',
    height: () => 120,
    draw(pen, w) {
      width = w;
      const each = (w - 16) / counts.length;
      counts.forEach((n, i) => {
        const tall = Math.log1p(n) / most * 84;
        pen.rect(8 + i * each, 92 - tall, Math.max(1, each - 1), tall, pen.theme.accent);
      });
      pen.line([8, 92.5, w - 8, 92.5], pen.theme.line);
      if (low < 0 && high > 0) {
        const zero = 8 + (w - 16) * -low / (high - low);
        pen.line([zero, 6, zero, 97], pen.theme.faint);
        if (zero > 60 && zero < w - 60) {
          pen.text('0', zero, 110, {size: 11, align: 'center', fill: pen.theme.faint});
        }
      }
      pen.text(short(low), 8, 110, {size: 11, fill: pen.theme.faint});
      pen.text(short(high), w - 8, 110, {size: 11, align: 'right', fill: pen.theme.faint});
    },
    over: x => (x === null ? null : words(bin(x))),
    step(dx) {
      cursor = Math.min(counts.length - 1, Math.max(0, cursor + dx));
      return [8 + (cursor + 0.5) * (width - 16) / counts.length, 60];
    },
  });
}
