import type { OnnxGraph } from './graph.ts';

/** Shorter vectors are as good as zero: they have no direction. */
const lengthMin = 1e-12;

/** Scales rows `[batch, size]` to length 1, so that a product of two of them is their cosine, as an output `result`. */
export function addUnitLength(graph: OnnxGraph, rows: string, result: string): void {
  const [length] = graph.add('ReduceL2', [rows], { attributes: { axes: [1], keepdims: 1 } });
  const [divisor] = graph.add('Max', [length, graph.floats([], [lengthMin])]);
  graph.add('Div', [rows, divisor], { results: [result] });
}
