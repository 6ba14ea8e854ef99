/** Bytes of a version, 1 to 9, at the lowest level of correction: all, of correction in a block, and how many blocks. */
const versions = [
  [26, 7, 1],
  [44, 10, 1],
  [70, 15, 1],
  [100, 20, 1],
  [134, 26, 1],
  [172, 18, 2],
  [196, 20, 2],
  [242, 24, 2],
  [292, 30, 2],
] as const;

const bit = (value: number, at: number): boolean => ((value >>> at) & 1) === 1;

/** A product in the field of 256 elements that QR codes correct their errors in. */
function times(a: number, b: number): number {
  let product = 0;
  for (let at = 7; at >= 0; at--) product = (product << 1) ^ ((product >>> 7) * 0x11d) ^ (bit(b, at) ? a : 0);
  return product;
}

/** The bytes by which a block can be put right. */
function correctionOf(block: readonly number[], count: number): number[] {
  let generator = [1];
  for (let at = 0, root = 1; at < count; at++, root = times(root, 2)) {
    const next = [...generator, 0];
    for (const [index, factor] of generator.entries()) next[index + 1] = next[index + 1]! ^ times(factor, root);
    generator = next;
  }
  const rest = Array.from<number>({ length: count }).fill(0);
  for (const byte of block) {
    const factor = byte ^ rest.shift()!;
    rest.push(0);
    for (let at = 0; at < count; at++) rest[at] = rest[at]! ^ times(generator[at + 1]!, factor);
  }
  return rest;
}

/** Length, text and filling, in blocks that take turns. */
function bytesOf(text: Uint8Array, [all, correction, count]: (typeof versions)[number]): number[] {
  const size = all - correction * count;
  // Half bytes: what kind it is, how long, the text, the end. The rest is two bytes by turns.
  const halves = [4, text.length >>> 4, text.length & 15, ...[...text].flatMap((byte) => [byte >>> 4, byte & 15]), 0];
  const data = Array.from({ length: halves.length / 2 }, (_, at) => halves[at * 2]! * 16 + halves[at * 2 + 1]!);
  for (let at = 0; data.length < size; at++) data.push(at % 2 ? 0x11 : 0xec);
  const length = size / count;
  const blocks = Array.from({ length: count }, (_, at) => data.slice(at * length, (at + 1) * length));
  const turns = (parts: number[][]) => parts[0]!.flatMap((_, at) => parts.map((part) => part[at]!));
  return [...turns(blocks), ...turns(blocks.map((block) => correctionOf(block, correction)))];
}

/** A number with what corrects it behind it. */
function guarded(value: number, { bits, divisor }: { bits: number; divisor: number }): number {
  let rest = value;
  for (let at = 0; at < bits; at++) rest = (rest << 1) ^ ((rest >>> (bits - 1)) * divisor);
  return (value << bits) | rest;
}

/** Rows of a QR code that says this text, true for dark; null for more than 230 bytes. */
export function qrOf(text: string): boolean[][] | null {
  const bytes = new TextEncoder().encode(text);
  const index = versions.findIndex(([all, correction, count]) => bytes.length + 2 <= all - correction * count);
  const layout = versions[index];
  if (!layout) return null;
  const version = index + 1;
  const size = 17 + 4 * version;
  const rows = Array.from({ length: size }, () => Array.from<boolean | undefined>({ length: size }));
  const put = (x: number, y: number, dark: boolean) => {
    if (x >= 0 && y >= 0 && x < size && y < size) rows[y]![x] = dark;
  };
  /** Squares in one another around a middle; `ring` is the light one. */
  const squares = (cx: number, cy: number, reach: number, light: readonly number[]) => {
    for (let y = -reach; y <= reach; y++)
      for (let x = -reach; x <= reach; x++) put(cx + x, cy + y, !light.includes(Math.max(Math.abs(x), Math.abs(y))));
  };

  for (let at = 0; at < size; at++) {
    put(6, at, at % 2 === 0);
    put(at, 6, at % 2 === 0);
  }
  const far = size - 7;
  const middles = version === 1 ? [] : version < 7 ? [6, far] : [6, (6 + far) / 2, far];
  for (const y of middles)
    for (const x of middles) {
      const isCorner = (x === 6 && y === 6) || (x === 6 && y === far) || (x === far && y === 6);
      if (!isCorner) squares(x, y, 2, [1]);
    }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    squares(x, y, 4, [2, 4]);

  // The lowest level of correction is 1, and of the masks we take the first, a chessboard.
  const format = guarded(0b01_000, { bits: 10, divisor: 0x537 }) ^ 0x5412;
  for (let at = 0; at < 15; at++) {
    const dark = bit(format, at);
    if (at < 8) put(8, at < 6 ? at : at + 1, dark);
    else put(at === 8 ? 7 : 14 - at, 8, dark);
    if (at < 8) put(size - 1 - at, 8, dark);
    else put(8, size - 15 + at, dark);
  }
  put(8, size - 8, true);
  const told = guarded(version, { bits: 12, divisor: 0x1f25 });
  for (let at = 0; version >= 7 && at < 18; at++) {
    const [a, b] = [size - 11 + (at % 3), Math.floor(at / 3)];
    put(a, b, bit(told, at));
    put(b, a, bit(told, at));
  }

  const stream = bytesOf(bytes, layout);
  let next = 0;
  // Pairs of columns from the right, up and down by turns; the column of the dots is left out.
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2)
    for (let step = 0; step < size; step++)
      for (const x of [right, right - 1]) {
        const isUp = ((right < 6 ? right + 1 : right) & 2) === ((size - 1) & 2);
        const y = isUp ? size - 1 - step : step;
        if (rows[y]![x] !== undefined) continue;
        const dark = next < stream.length * 8 && bit(stream[next >>> 3]!, 7 - (next & 7));
        next += 1;
        rows[y]![x] = dark !== ((x + y) % 2 === 0);
      }
  return rows as boolean[][];
}
