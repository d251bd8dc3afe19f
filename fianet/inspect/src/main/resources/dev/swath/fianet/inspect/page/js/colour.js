/**
 * Colour maps that are computed here: paths through OkLCh whose lightness rises evenly, so that they can be read in gray and by
 * colour-blind people. Sequential: dark violet over teal to yellow. Diverging: blue over near-white to orange.
 */
function oklch(lightness, chroma, degrees) {
  const a = chroma * Math.cos(degrees * Math.PI / 180);
  const b = chroma * Math.sin(degrees * Math.PI / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s].map(linear => {
    const c = Math.min(1, Math.max(0, linear));
    return Math.round(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055));
  });
}

/** 256 colours of a path t in [0, 1] => [r, g, b], as little-endian RGBA words. */
function ramp(path) {
  const words = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const [r, g, b] = path(i / 255);
    words[i] = 0xff000000 | b << 16 | g << 8 | r;
  }
  return words;
}

const SEQUENTIAL = ramp(t => oklch(0.22 + 0.70 * t, 0.09 + 0.06 * Math.sin(Math.PI * t), 300 - 195 * t));
const DIVERGING = ramp(t => {
  const d = Math.abs(2 * t - 1);
  return oklch(0.96 - 0.52 * d, 0.16 * d ** 0.9, t < 0.5 ? 255 : 52);
});
const NOT_A_NUMBER = 0xffff00ff;

/** A scale from numbers to colours. */
class Scale {
  constructor(low, high, ramp) {
    this.low = low;
    this.high = high > low ? high : low + 1;
    this.ramp = ramp || SEQUENTIAL;
  }

  /** For numbers between low and high: diverging about 0 if both signs matter. */
  static of(low, high) {
    if (Math.min(-low, high) > 0.05 * Math.max(-low, high)) {
      const most = Math.max(-low, high);
      return new Scale(-most, most, DIVERGING);
    }
    return new Scale(low, high, SEQUENTIAL);
  }

  word(value) {
    if (value !== value) {
      return NOT_A_NUMBER;
    }
    const t = (value - this.low) / (this.high - this.low) * 255.999;
    return this.ramp[t < 0 ? 0 : t > 255 ? 255 : t | 0];
  }

  /** As CSS takes it. */
  css(value) {
    const w = this.word(value);
    return 'rgb(' + (w & 255) + ' ' + (w >> 8 & 255) + ' ' + (w >> 16 & 255) + ')';
  }
}

/** Between which numbers all but a hundredth lie, by a histogram. */
function middle(histogram) {
  const {low, high, counts} = histogram;
  const total = counts.reduce((a, b) => a + b, 0);
  const step = (high - low) / counts.length;
  const outside = total / 200;
  let first = 0;
  for (let sum = counts[0]; sum <= outside && first < counts.length - 1; sum += counts[++first]);
  let last = counts.length - 1;
  for (let sum = counts[last]; sum <= outside && last > first; sum += counts[--last]);
  return [low + first * step, last === counts.length - 1 ? high : low + (last + 1) * step];
}

/** Smallest and largest finite number of an array, from `start`, every `step`-th. */
function extent(values, start = 0, step = 1, end = values.length) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = start; i < end; i += step) {
    const v = values[i];
    if (v < low && v !== -Infinity) {
      low = v;
    }
    if (v > high && v !== Infinity) {
      high = v;
    }
  }
  return low <= high ? [low, high] : [0, 0];
}

/** rows × cols numbers as a picture, one pixel each; number (r, c) stands at start + r * rowStep + c * colStep. */
function heat(values, rows, cols, scale, start = 0, rowStep = cols, colStep = 1) {
  const image = new ImageData(cols, rows);
  const words = new Uint32Array(image.data.buffer);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let c = 0, from = start + r * rowStep; c < cols; c++, at++, from += colStep) {
      words[at] = scale.word(values[from]);
    }
  }
  return image;
}

/** The colours of the style sheet under which the element stands. */
function theme(element) {
  const style = getComputedStyle(element);
  const out = {};
  for (const name of ['paper', 'raised', 'sunk', 'ink', 'faint', 'line', 'accent', 'warn', 'context', 'object', 'position']) {
    out[name] = style.getPropertyValue('--' + name).trim();
  }
  return out;
}
