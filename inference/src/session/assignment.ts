/**
 * Pairs rows with columns so that the sum of the scores is the largest possible (Hungarian method with potentials,
 * O(rows² × columns)). `scores[row][column]` ≥ 0; pairs that score 0 are left apart. Returns `[row, column]` pairs.
 */
export function assign(scores: readonly (readonly number[])[]): [row: number, column: number][] {
  const columnCount = scores[0]?.length ?? 0;
  if (columnCount === 0) return [];
  if (scores.length > columnCount) {
    return assign(transpose(scores, columnCount)).map(([column, row]) => [row, column]);
  }
  const cost = (row: number, column: number) => -at(scores, row - 1, column - 1);

  // Rows and columns count from 1; 0 is "none". `rowOf[column]` is the row that has it.
  const rowPotential = new Float64Array(scores.length + 1);
  const columnPotential = new Float64Array(columnCount + 1);
  const rowOf = new Int32Array(columnCount + 1);
  const cameFrom = new Int32Array(columnCount + 1);

  for (let row = 1; row <= scores.length; row++) {
    const slack = new Float64Array(columnCount + 1).fill(Infinity);
    const isUsed = new Uint8Array(columnCount + 1);
    rowOf[0] = row;
    let column = 0;
    do {
      isUsed[column] = 1;
      const current = rowOf[column] as number;
      let step = Infinity;
      let next = 0;
      for (let other = 1; other <= columnCount; other++) {
        if (isUsed[other]) continue;
        const reduced = cost(current, other) - (rowPotential[current] as number) - (columnPotential[other] as number);
        if (reduced < (slack[other] as number)) {
          slack[other] = reduced;
          cameFrom[other] = column;
        }
        if ((slack[other] as number) < step) {
          step = slack[other] as number;
          next = other;
        }
      }
      for (let other = 0; other <= columnCount; other++) {
        if (isUsed[other]) {
          const owner = rowOf[other] as number;
          rowPotential[owner] = (rowPotential[owner] as number) + step;
          columnPotential[other] = (columnPotential[other] as number) - step;
        } else slack[other] = (slack[other] as number) - step;
      }
      column = next;
    } while (rowOf[column] !== 0);
    // Hand every column on the path to its new row.
    while (column !== 0) {
      const previous = cameFrom[column] as number;
      rowOf[column] = rowOf[previous] as number;
      column = previous;
    }
  }

  const pairs: [number, number][] = [];
  for (let column = 1; column <= columnCount; column++) {
    const row = rowOf[column] as number;
    if (row > 0 && at(scores, row - 1, column - 1) > 0) pairs.push([row - 1, column - 1]);
  }
  return pairs;
}

const at = (scores: readonly (readonly number[])[], row: number, column: number) => scores[row]?.[column] ?? 0;

const transpose = (scores: readonly (readonly number[])[], columnCount: number) =>
  Array.from({ length: columnCount }, (_, column) => scores.map((row) => row[column] ?? 0));
