import assert from 'node:assert/strict';
import { crc32, inflateRawSync } from 'node:zlib';

/** Files of a ZIP archive by their names, found by its directory as any program does. Fails where checksums are wrong. */
export function readZip(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06'));
  assert.ok(end >= 0, 'it has no end record');
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count -= 1) {
    assert.equal(archive.toString('latin1', at, at + 4), 'PK\x01\x02');
    const [method, sum, size] = [
      archive.readUInt16LE(at + 10),
      archive.readUInt32LE(at + 16),
      archive.readUInt32LE(at + 20),
    ];
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const local = archive.readUInt32LE(at + 42);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength!);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const packed = archive.subarray(start, start + size);
    const bytes = method === 8 ? inflateRawSync(packed) : packed;
    assert.equal(crc32(bytes), sum, name);
    files.set(name, bytes);
    at += 46 + nameLength! + extraLength! + noteLength!;
  }
  assert.equal(at, end);
  return files;
}
