/**
 * Two pens with the same strokes, so that a figure is drawn once and can be shown on a canvas and saved as SVG. Coordinates are CSS
 * pixels. `picture` draws an ImageData; `smooth` lets its pixels melt into each other.
 */
const FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif';

function canvasOf(image) {
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d').putImageData(image, 0, 0);
  return canvas;
}

/** Canvases of pictures that are drawn again and again. */
const drawn = new WeakMap();

function canvasFor(image) {
  if (!drawn.has(image)) {
    drawn.set(image, canvasOf(image));
  }
  return drawn.get(image);
}

class CanvasPen {
  constructor(context, theme) {
    this.context = context;
    this.theme = theme;
  }

  rect(x, y, width, height, fill, opacity = 1) {
    this.context.globalAlpha = opacity;
    this.context.fillStyle = fill;
    this.context.fillRect(x, y, width, height);
    this.context.globalAlpha = 1;
  }

  frame(x, y, width, height, stroke, thick = 1) {
    this.context.strokeStyle = stroke;
    this.context.lineWidth = thick;
    this.context.strokeRect(x, y, width, height);
  }

  /** Points are [x0, y0, x1, y1, ...]. */
  line(points, stroke, thick = 1) {
    this.context.strokeStyle = stroke;
    this.context.lineWidth = thick;
    this.context.beginPath();
    this.context.moveTo(points[0], points[1]);
    for (let i = 2; i < points.length; i += 2) {
      this.context.lineTo(points[i], points[i + 1]);
    }
    this.context.stroke();
  }

  text(text, x, y, {size = 12, align = 'left', fill = this.theme.ink, bold = false} = {}) {
    this.context.font = (bold ? '600 ' : '') + size + 'px ' + FONT;
    this.context.textAlign = align;
    this.context.fillStyle = fill;
    this.context.fillText(text, x, y);
  }

  width(text, size = 12) {
    this.context.font = size + 'px ' + FONT;
    return this.context.measureText(text).width;
  }

  picture(image, x, y, width, height, {smooth = false, opacity = 1} = {}) {
    this.context.imageSmoothingEnabled = smooth;
    this.context.globalAlpha = opacity;
    this.context.drawImage(canvasFor(image), x, y, width, height);
    this.context.globalAlpha = 1;
  }
}

class SvgPen {
  constructor(theme) {
    this.theme = theme;
    this.parts = [];
    this.measure = document.createElement('canvas').getContext('2d');
  }

  static escape(text) {
    return String(text).replace(/[&<>"]/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'})[c]);
  }

  static number(value) {
    return String(Math.round(value * 100) / 100);
  }

  add(name, attributes, body = '') {
    const written = Object.entries(attributes).map(([k, v]) =>
      ' ' + k + '="' + (typeof v === 'number' ? SvgPen.number(v) : SvgPen.escape(v)) + '"').join('');
    this.parts.push('<' + name + written + (body ? '>' + body + '</' + name + '>' : '/>'));
  }

  rect(x, y, width, height, fill, opacity = 1) {
    this.add('rect', {x, y, width: Math.max(0, width), height: Math.max(0, height), fill, opacity});
  }

  frame(x, y, width, height, stroke, thick = 1) {
    this.add('rect', {x, y, width, height, fill: 'none', stroke, 'stroke-width': thick});
  }

  line(points, stroke, thick = 1) {
    this.add('polyline', {points: Array.from(points, SvgPen.number).join(' '), fill: 'none', stroke, 'stroke-width': thick});
  }

  text(text, x, y, {size = 12, align = 'left', fill = this.theme.ink, bold = false} = {}) {
    const anchor = {left: 'start', center: 'middle', right: 'end'}[align];
    this.add('text', {x, y, 'font-size': size, 'text-anchor': anchor, fill, 'font-weight': bold ? 600 : 400}, SvgPen.escape(text) || ' ');
  }

  width(text, size = 12) {
    this.measure.font = size + 'px ' + FONT;
    return this.measure.measureText(text).width;
  }

  picture(image, x, y, width, height, {smooth = false, opacity = 1} = {}) {
    const href = canvasFor(image).toDataURL('image/png');
    this.add('image', {x, y, width, height, href, opacity, preserveAspectRatio: 'none', 'image-rendering': smooth ? 'auto' : 'pixelated'});
  }

  document(width, height, title, caption) {
    return '<svg xmlns="http://www.w3.org/2000/svg" width="' + width + '" height="' + height + '" viewBox="0 0 ' + width + ' ' + height
      + '" font-family="' + SvgPen.escape(FONT) + '"><title>' + SvgPen.escape(title) + '</title><desc>' + SvgPen.escape(caption) + '</desc>'
      + this.parts.join('') + '</svg>\n';
  }
}
