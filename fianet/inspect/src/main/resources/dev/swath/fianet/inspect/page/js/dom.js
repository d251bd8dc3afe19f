/** An element: h('p', {class: 'faint', onclick: f}, 'text', child). False and null children are left out. */
function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (value === true) {
      element.setAttribute(key, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.flat(Infinity).filter(c => c !== null && c !== undefined && c !== false));
  return element;
}

/** A table of rows; columns are {title, cell: row => text or node, number: right-aligned}. `row` gives attributes of a row. */
function table(columns, rows, row) {
  const side = c => (c.number ? 'n' : null);
  return h('div', {class: 'table'}, h('table', null,
    h('thead', null, h('tr', null, columns.map(c => h('th', {class: side(c), scope: 'col'}, c.title)))),
    h('tbody', null, rows.map(r => h('tr', row ? row(r) : null, columns.map(c => h('td', {class: side(c)}, c.cell(r))))))));
}

/** Names and values below each other; those without a value are left out. */
function facts(pairs) {
  return h('dl', {class: 'facts'}, pairs.filter(p => p && p[1] !== null && p[1] !== undefined && p[1] !== '')
    .map(([name, value]) => [h('dt', null, name), h('dd', null, value)]));
}

/** A field to choose from; options are [value, text]. */
function choice(label, options, value, onchange) {
  const select = h('select', {onchange: () => onchange(select.value)},
    options.map(([v, text]) => h('option', {value: v, selected: String(v) === String(value)}, text)));
  return h('label', null, label, select);
}

/** Hands a file to the reader of the page. */
function save(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], {type}));
  const link = h('a', {href: url, download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** A name that every file system takes. */
function fileName(text) {
  return text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 80) || 'figure';
}
