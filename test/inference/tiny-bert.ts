/** Tensors of a network with 6 tokens, 4 numbers a token, 2 heads and 2 layers: made up, but as a real one has them. */

export const bertConfig = {
  ...{ model_type: 'bert', hidden_act: 'gelu', position_embedding_type: 'absolute' },
  ...{ hidden_size: 4, num_hidden_layers: 2, num_attention_heads: 2, layer_norm_eps: 1e-12 },
};
const { hidden_size: size, num_attention_heads: heads, num_hidden_layers: layerCount } = bertConfig;
const wide = 6;

export type Stored = { dims: number[]; values: number[] };

/** Numbers that a half float holds exactly, so that precision is no excuse. */
const made = (seed: number, dims: number[]): Stored => ({
  dims,
  values: Array.from(
    { length: dims.reduce((a, b) => a * b, 1) },
    (_, at) => Math.round(64 * Math.sin(seed + at * 1.7)) / 64,
  ),
});

export function bertTensors(): Record<string, Stored> {
  const shapes: Record<string, number[]> = {
    'embeddings.word_embeddings.weight': [6, size],
    'embeddings.position_embeddings.weight': [8, size],
    'embeddings.token_type_embeddings.weight': [2, size],
    ...norm('embeddings.LayerNorm'),
  };
  for (let layer = 0; layer < layerCount; layer++) {
    const path = `encoder.layer.${layer}`;
    for (const role of ['query', 'key', 'value'])
      Object.assign(shapes, dense(`${path}.attention.self.${role}`, size, size));
    Object.assign(
      shapes,
      dense(`${path}.attention.output.dense`, size, size),
      norm(`${path}.attention.output.LayerNorm`),
    );
    Object.assign(shapes, dense(`${path}.intermediate.dense`, size, wide), dense(`${path}.output.dense`, wide, size));
    Object.assign(shapes, norm(`${path}.output.LayerNorm`));
  }
  return Object.fromEntries(Object.entries(shapes).map(([name, dims], seed) => [name, made(seed + 1, dims)]));
}

const norm = (path: string) => ({ [`${path}.weight`]: [size], [`${path}.bias`]: [size] });
const dense = (path: string, from: number, to: number) => ({ [`${path}.weight`]: [to, from], [`${path}.bias`]: [to] });

/** A safetensors file. */
export function safetensors(tensors: Record<string, Stored>, dtype: 'F16' | 'F32'): Uint8Array {
  const parts = Object.values(tensors).map(({ values }) =>
    Buffer.from((dtype === 'F16' ? Float16Array.from(values) : Float32Array.from(values)).buffer),
  );
  let at = 0;
  const entries = Object.entries(tensors).map(([name, { dims }], index) => {
    const start = at;
    at += parts[index]?.length ?? 0;
    return [name, { dtype, shape: dims, data_offsets: [start, at] }];
  });
  return withHeader({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }, Buffer.concat(parts));
}

export function withHeader(header: unknown, data: Uint8Array): Uint8Array {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

type Row = number[];

/** The same network as its paper writes it, number by number: a text in tokens in, a vector of length 1 out. */
export function embedByHand(tensors: Record<string, Stored>, tokens: readonly number[]): Row {
  const at = (name: string): Stored => {
    const found = tensors[name];
    if (!found) throw new Error(name);
    return found;
  };
  const rowOf = (name: string, index: number): Row => at(name).values.slice(index * size, (index + 1) * size);
  const linear = (path: string, row: Row): Row =>
    at(`${path}.bias`).values.map((bias, out) =>
      row.reduce(
        (sum, value, index) => sum + value * (at(`${path}.weight`).values[out * row.length + index] ?? 0),
        bias,
      ),
    );
  const normalize = (path: string, row: Row): Row => {
    const mean = row.reduce((a, b) => a + b, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    const [weight, bias] = [at(`${path}.weight`).values, at(`${path}.bias`).values];
    return row.map(
      (value, index) => ((value - mean) / Math.sqrt(variance + 1e-12)) * (weight[index] ?? 0) + (bias[index] ?? 0),
    );
  };
  const add = (one: Row, other: Row): Row => one.map((value, index) => value + (other[index] ?? 0));

  let rows = tokens.map((token, position) => {
    const words = add(
      rowOf('embeddings.word_embeddings.weight', token),
      rowOf('embeddings.position_embeddings.weight', position),
    );
    return normalize('embeddings.LayerNorm', add(words, rowOf('embeddings.token_type_embeddings.weight', 0)));
  });
  for (let layer = 0; layer < layerCount; layer++) {
    const path = `encoder.layer.${layer}`;
    const [queries = [], keys = [], values = []] = ['query', 'key', 'value'].map((role) =>
      rows.map((row) => linear(`${path}.attention.self.${role}`, row)),
    );
    const seen = queries.map((query) => attend(query, keys, values));
    const middle = rows.map((row, index) =>
      normalize(
        `${path}.attention.output.LayerNorm`,
        add(row, linear(`${path}.attention.output.dense`, seen[index] ?? [])),
      ),
    );
    rows = middle.map((row) => {
      const unit = linear(`${path}.intermediate.dense`, row).map(
        (value) => (value * (1 + errorFunction(value / Math.SQRT2))) / 2,
      );
      return normalize(`${path}.output.LayerNorm`, add(row, linear(`${path}.output.dense`, unit)));
    });
  }
  const mean = rows.reduce(add).map((sum) => sum / rows.length);
  return mean.map((value) => value / Math.hypot(...mean));
}

function attend(query: Row, keys: readonly Row[], values: readonly Row[]): Row {
  const headSize = size / heads;
  return Array.from({ length: heads }, (_, head) => {
    const part = (row: Row) => row.slice(head * headSize, (head + 1) * headSize);
    const scores = keys.map((key) => Math.exp(dot(part(query), part(key)) / Math.sqrt(headSize)));
    const sum = scores.reduce((a, b) => a + b, 0);
    return part(query).map(
      (__, index) =>
        dot(
          scores,
          values.map((value) => part(value)[index] ?? 0),
        ) / sum,
    );
  }).flat();
}

const dot = (one: Row, other: Row) => one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);

/** By its series, which is exact enough for the small numbers here. */
function errorFunction(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
