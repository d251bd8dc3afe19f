/** What the page shows: written by dev.swath.fianet.inspect.page.PageData, where the format is told. */
const page = JSON.parse(document.getElementById('data').textContent);

/** Blobs that have been decoded, most recently used last, and how much of them is kept. */
const decoded = new Map();
const DECODED_BYTES = 400e6;
const decoding = new Map();

function fromBase64(text) {
  if (Uint8Array.fromBase64) {
    return Uint8Array.fromBase64(text);
  }
  const binary = atob(text);
  const out = new Uint8Array(binary.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = binary.charCodeAt(i);
  }
  return out;
}

async function inflate(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Floats lie in four planes, the lowest bytes of all numbers first: that deflates better. */
function unshuffle(planes) {
  const n = planes.length / 4;
  const out = new Uint8Array(planes.length);
  for (let plane = 0; plane < 4; plane++) {
    for (let i = 0, at = plane * n; i < n; i++, at++) {
      out[4 * i + plane] = planes[at];
    }
  }
  return new Float32Array(out.buffer);
}

/** The numbers of a blob if they have been decoded, else null. */
function ready(id) {
  const values = decoded.get(id);
  if (values) {
    decoded.delete(id);
    decoded.set(id, values);
  }
  return values || null;
}

/** The numbers of a blob, a Float32Array or, of a picture, a Uint8Array; decoded when they are first asked for. */
function load(id) {
  const values = ready(id);
  if (values) {
    return Promise.resolve(values);
  }
  if (!decoding.has(id)) {
    decoding.set(id, decode(id).finally(() => decoding.delete(id)));
  }
  return decoding.get(id);
}

async function decode(id) {
  const element = document.getElementById('b' + id);
  const inflated = await inflate(fromBase64(element.textContent));
  const values = element.dataset.kind === 'F32' ? unshuffle(inflated) : inflated;
  decoded.set(id, values);
  let total = 0;
  for (const v of decoded.values()) {
    total += v.byteLength;
  }
  for (const [old, v] of decoded) {
    if (total <= DECODED_BYTES || old === id) {
      break;
    }
    decoded.delete(old);
    total -= v.byteLength;
  }
  return values;
}

/** Loads all of several blobs. */
function loadAll(ids) {
  return Promise.all(ids.map(load));
}
