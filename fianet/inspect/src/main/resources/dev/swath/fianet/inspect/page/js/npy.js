/** NumPy's format, version 1.0: magic, length of the header, header padded to 64 bytes, numbers. */
function npyOf(shape, values) {
  const tuple = shape.length === 1 ? shape[0] + ',' : shape.join(', ');
  const told = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + tuple + '), }';
  const length = 64 * Math.ceil((10 + told.length + 1) / 64) - 10;
  const header = new Uint8Array(10 + length);
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 255, length >> 8]);
  const text = told.padEnd(length - 1) + '\n';
  for (let i = 0; i < text.length; i++) {
    header[10 + i] = text.charCodeAt(i);
  }
  return new Blob([header, values], {type: 'application/octet-stream'});
}

async function saveNpy(tensor) {
  save(fileName(shownName(tensor.path)) + '.npy', npyOf(tensor.shape, await load(tensor.blob)));
}
