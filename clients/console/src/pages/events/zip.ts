/** A file to put into an archive. */
export type ZipFile = { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endRecord = 0x06054b50;
/** Names are UTF-8. */
const utf8Flag = 0x0800;
const version = 20;

/** A ZIP archive of files as they are: pictures do not get smaller. At most 65 535 files and 4 GB. */
export function zip(files: readonly ZipFile[], at: Date): Blob {
  const encoder = new TextEncoder();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const central: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const path = encoder.encode(name);
    const common = [
      [2, utf8Flag],
      [2, 0],
      [2, dosTime(at)],
      [2, dosDate(at)],
      [4, crc32(bytes)],
      [4, bytes.length],
      [4, bytes.length],
      [2, path.length],
      [2, 0],
    ] as const;
    const head = fields([[4, localHeader], [2, version], ...common]);
    parts.push(head, path, bytes);
    central.push(
      fields([[4, centralHeader], [2, version], [2, version], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]),
      path,
    );
    offset += head.length + path.length + bytes.length;
  }
  const centralSize = central.reduce((sum, { length }) => sum + length, 0);
  const count = files.length;
  const end = fields([
    [4, endRecord],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, centralSize],
    [4, offset],
    [2, 0],
  ]);
  return new Blob([...parts, ...central, end], { type: 'application/zip' });
}

/** Numbers one after the other, each in so many bytes, the lowest first. */
function fields(values: readonly (readonly [size: 2 | 4, value: number])[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of values) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

const dosTime = (at: Date): number => (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
const dosDate = (at: Date): number => ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();

let table: Uint32Array | null = null;

/** The checksum that archives carry. */
export function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_entry, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
  });
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (table[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
