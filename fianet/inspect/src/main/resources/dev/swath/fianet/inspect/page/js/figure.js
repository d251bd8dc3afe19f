/** The words beside the pointer; without words it goes away. */
function tip(text, x, y) {
  const box = document.getElementById('tip');
  if (box.hidden !== !text) {
    box.hidden = !text;
  }
  if (text) {
    if (box.textContent !== text) {
      box.textContent = text;
    }
    const width = box.offsetWidth;
    const height = box.offsetHeight;
    box.style.left = Math.max(4, Math.min(x + 14, innerWidth - width - 4)) + 'px';
    box.style.top = (y + 18 + height > innerHeight ? Math.max(4, y - height - 10) : y + 18) + 'px';
  }
}

/**
 * A drawing with a caption that can be saved. `parts` has
 *   title, caption      words; functions are asked anew at each drawing
 *   height(width)       in CSS pixels
 *   draw(pen, w, h)     everything, by the pen
 *   over(x, y)          the pointer is there, or has left (null): returns the words beside it, or null
 *   press(x, y)         a click
 *   step(dx, dy)        an arrow key; returns the place [x, y] to speak of
 */
class Figure {
  constructor(parts) {
    this.parts = parts;
    this.canvas = h('canvas', {tabindex: '0', role: 'img'});
    this.words = h('span');
    this.node = h('figure', {class: 'figure'}, this.canvas, h('figcaption', null, this.words,
      h('div', {class: 'tools'},
        h('button', {type: 'button', onclick: () => this.savePng(), title: 'Save the figure with its caption as PNG'}, 'PNG'),
        h('button', {type: 'button', onclick: () => this.saveSvg(), title: 'Save the figure with its caption as SVG'}, 'SVG'),
        parts.tools || null)));
    this.listen();
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.redraw());
  }

  said(what) {
    const value = this.parts[what];
    return typeof value === 'function' ? value() : value || '';
  }

  listen() {
    const {over, press, step} = this.parts;
    const at = event => {
      const box = this.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    if (over) {
      this.canvas.addEventListener('pointermove', e => tip(over(...at(e)), e.clientX, e.clientY));
      this.canvas.addEventListener('pointerleave', () => tip(over(null, null)));
      this.canvas.addEventListener('blur', () => tip(null));
    }
    if (press) {
      this.canvas.style.cursor = 'pointer';
      this.canvas.addEventListener('click', e => press(...at(e)));
    }
    this.canvas.addEventListener('keydown', e => {
      const [dx, dy] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[e.key] || [0, 0];
      if (step && (dx || dy)) {
        e.preventDefault();
        const place = step(dx, dy);
        if (place && over) {
          this.place = place;
          const box = this.canvas.getBoundingClientRect();
          tip(over(...place), box.left + place[0], box.top + place[1]);
        }
      } else if (press && this.place && (e.key === 'Enter' || e.key === ' ')) {
        e.preventDefault();
        press(...this.place);
      }
    });
  }

  /** Draws with the next frame; any number of calls before it draw once. */
  redraw() {
    if (!this.pending) {
      this.pending = true;
      requestAnimationFrame(() => {
        this.pending = false;
        this.drawNow();
      });
    }
  }

  drawNow() {
    const width = this.canvas.clientWidth;
    if (!width || !this.canvas.isConnected) {
      return;
    }
    const height = Math.ceil(this.parts.height(width));
    const ratio = devicePixelRatio || 1;
    this.fit(Math.round(width * ratio), Math.round(height * ratio), height);
    const context = this.canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.parts.draw(new CanvasPen(context, theme(this.canvas)), width, height);
    this.tell(this.said('title'), this.said('caption'));
  }

  /** Writes the words about the figure where they are others than before: that costs a layout of the page. */
  tell(title, caption) {
    const label = title + '. ' + caption;
    if (label !== this.label) {
      this.label = label;
      this.words.textContent = caption;
      this.canvas.setAttribute('aria-label', label);
    }
  }

  fit(width, height, shown) {
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.height = shown + 'px';
    }
  }

  /** Draws figure and caption on paper by the pen, and returns the whole height. */
  onPaper(pen, width) {
    const height = Math.ceil(this.parts.height(width));
    const lines = wrapped(pen, this.said('caption'), width - 24, 12);
    const whole = height + 44 + 17 * lines.length;
    pen.rect(0, 0, width, whole, pen.theme.paper);
    this.parts.draw(pen, width, height);
    pen.text(this.said('title'), 12, height + 22, {size: 13, bold: true});
    lines.forEach((line, i) => pen.text(line, 12, height + 42 + 17 * i, {size: 12, fill: pen.theme.faint}));
    return whole;
  }

  paper() {
    const probe = h('i', {class: 'paper', hidden: true});
    document.body.append(probe);
    const colours = theme(probe);
    probe.remove();
    return colours;
  }

  svg() {
    const width = Math.max(360, this.canvas.clientWidth);
    const pen = new SvgPen(this.paper());
    const height = this.onPaper(pen, width);
    return pen.document(width, height, this.said('title'), this.said('caption'));
  }

  saveSvg() {
    save(fileName(this.said('title')) + '.svg', this.svg(), 'image/svg+xml');
  }

  png() {
    const width = Math.max(360, this.canvas.clientWidth);
    const colours = this.paper();
    const trial = document.createElement('canvas').getContext('2d');
    const height = this.onPaper(new CanvasPen(trial, colours), width);
    const canvas = h('canvas', {width: 2 * width, height: 2 * height});
    const context = canvas.getContext('2d');
    context.setTransform(2, 0, 0, 2, 0, 0);
    this.onPaper(new CanvasPen(context, colours), width);
    return new Promise(done => canvas.toBlob(done, 'image/png'));
  }

  async savePng() {
    save(fileName(this.said('title')) + '.png', await this.png());
  }
}

/** Lines of at most `width` pixels. */
function wrapped(pen, text, width, size) {
  const lines = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line ? line + ' ' + word : word;
    if (line && pen.width(longer, size) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return line ? [...lines, line] : lines;
}

/** A bar of the scale's colours with its ends, right-aligned at x. */
function legend(pen, scale, x, y, label) {
  const strip = new ImageData(128, 1);
  const words = new Uint32Array(strip.data.buffer);
  for (let i = 0; i < 128; i++) {
    words[i] = scale.ramp[2 * i];
  }
  const high = short(scale.high);
  const low = short(scale.low);
  const end = x - pen.width(high, 11) - 6;
  pen.text(high, x, y + 9, {size: 11, align: 'right', fill: pen.theme.faint});
  pen.picture(strip, end - 96, y, 96, 10, {smooth: true});
  pen.text(low, end - 102, y + 9, {size: 11, align: 'right', fill: pen.theme.faint});
  if (label) {
    pen.text(label, end - 110 - pen.width(low, 11), y + 9, {size: 11, align: 'right', fill: pen.theme.faint});
  }
}
