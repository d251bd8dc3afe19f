/** The runs of the page, each with its modules by name; `parent` and `children` are numbers of modules. */
const runs = page.runs.map(run => {
  const byPath = new Map(run.modules.map((m, i) => [m.path, i]));
  const tensors = new Map(run.tensors.map(t => [t.path, t]));
  run.modules.forEach((m, i) => {
    m.number = i;
    m.children = [];
    m.ops = [];
    if (m.parent !== null) {
      run.modules[m.parent].children.push(i);
    }
  });
  run.ops.forEach((op, i) => {
    op.number = i;
    run.modules[op.module].ops.push(i);
  });
  return {...run, byPath, tensorByPath: tensors};
});

/** The run that is seen where one is; where two are compared it is the reader's choice. */
let main = runs[0];

function moduleAt(run, path) {
  const i = run.byPath.get(path);
  return i === undefined ? null : run.modules[i];
}

/** The last part of a name, with the part before it where that is a number; the network's own for the root. */
function lastName(module) {
  const found = /(?:[^.]+\.)?\d+(?:#\d+)?$|[^.]+$/.exec(module.path);
  return found ? found[0] : '(network)';
}

function shownName(path) {
  return path === '' ? '(network)' : path;
}

/** From the network down to the module. */
function ancestry(run, module) {
  const out = [module];
  while (out[0].parent !== null) {
    out.unshift(run.modules[out[0].parent]);
  }
  return out;
}

/** Rows and columns of the picture of one token's or one map's cells, or null where the tensor is no picture. */
function gridOf(tensor) {
  return tensor.grid;
}

/** The number at (channel, row, col) of a tensor with a grid: channels lie innermost. */
function numberAt(values, grid, channel, row, col) {
  return values[(row * grid.cols + col) * grid.channels + channel];
}
