/**
 * The shortest decimal that reads back as the same 32-bit float: what Float.toString of Java says, but for the exponent. Of a number
 * that is none, nine digits.
 */
function exact(value) {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) {
      return String(Number(text));
    }
  }
  return String(Number(value.toPrecision(9)));
}

/** A number for a table: four significant digits. */
function short(value) {
  if (value === null || value === undefined) {
    return '';
  }
  if (!Number.isFinite(value)) {
    return String(value);
  }
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

/** 1234567 as 1,234,567. */
function count(value) {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

function scaled(value, step, units) {
  let unit = 0;
  while (value >= step && unit < units.length - 1) {
    value /= step;
    unit++;
  }
  return (unit === 0 ? String(value) : value.toPrecision(3)) + ' ' + units[unit];
}

function bytes(value) {
  return scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB']);
}

function operations(value) {
  return scaled(value, 1000, ['op', 'kop', 'Mop', 'Gop', 'Top']);
}

/** Nanoseconds. */
function duration(value) {
  return value < 1e6 ? (value / 1e3).toPrecision(3) + ' µs' : value < 1e9 ? (value / 1e6).toPrecision(3) + ' ms' : (value / 1e9).toPrecision(3) + ' s';
}

function percent(value) {
  return (100 * value).toFixed(1) + ' %';
}

/** [1, 48, 48, 32] as 1 × 48 × 48 × 32; a scalar as 1 number. */
function dims(shape) {
  return shape.length ? shape.join(' × ') : '1 number';
}
