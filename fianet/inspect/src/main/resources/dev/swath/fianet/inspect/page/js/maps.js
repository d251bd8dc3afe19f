/** The picture that the network saw, as an ImageData; null until it has been decoded. */
const seen = new Map();

function sight(run) {
  if (!seen.has(run)) {
    seen.set(run, null);
    load(run.image.blob).then(rgb => {
      const image = new ImageData(run.image.cols, run.image.rows);
      for (let i = 0, at = 0; i < rgb.length; i += 3, at += 4) {
        image.data[at] = rgb[i];
        image.data[at + 1] = rgb[i + 1];
        image.data[at + 2] = rgb[i + 2];
        image.data[at + 3] = 255;
      }
      seen.set(run, image);
      drawAgain();
    });
  }
  return seen.get(run);
}

/** Draws that picture so wide, once it has been decoded; returns how high it is. */
function backdrop(pen, run, width) {
  const height = width * run.image.rows / run.image.cols;
  const image = sight(run);
  if (image) {
    pen.picture(image, 0, 0, width, height, {smooth: true});
  }
  return height;
}

/** The mask in the accent's colour, clear elsewhere; from bytes 0 and 1. */
function veil(bytes, rows, cols, colour, opacity) {
  const image = new ImageData(cols, rows);
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]) {
      image.data.set([...colour, opacity], 4 * i);
    }
  }
  return image;
}

/** Figures that are on the page and are drawn anew when something has been decoded. */
const live = new Set();

function drawAgain() {
  for (const figure of live) {
    figure.redraw();
  }
}

/** Remembers a figure while its view is shown. */
function shown(figure) {
  live.add(figure);
  return figure.node;
}

/** A small canvas with a picture, for cards; drawn when its blob has been decoded. */
function thumb(picture, width, height) {
  const canvas = h('canvas', {width: 2 * width, height: 2 * height, 'aria-hidden': 'true'});
  if (picture) {
    load(picture.blob).then(values => {
      const context = canvas.getContext('2d');
      const scale = Scale.of(...extent(values));
      const part = Math.min(canvas.width / picture.cols, canvas.height / picture.rows);
      const w = picture.cols * part;
      const t = picture.rows * part;
      context.imageSmoothingEnabled = false;
      context.drawImage(canvasOf(heat(values, picture.rows, picture.cols, scale)), (canvas.width - w) / 2, (canvas.height - t) / 2, w, t);
    });
  }
  return canvas;
}
