import type { RunMessage } from '../contract.ts';

export const runContentType = 'application/vnd.sightline.run';

const prefixBytes = 8;

/** `uint32 header length, uint32 blob length` (big endian), the header as JSON, the blob: the snapshot, or nothing. */
export function encodeMessage(message: RunMessage): Buffer {
  const { snapshot = null, ...rest } = message.type === 'frame' ? message : { ...message, snapshot: null };
  const header = Buffer.from(JSON.stringify(rest), 'utf8');
  const blobBytes = snapshot?.byteLength ?? 0;
  const buffer = Buffer.allocUnsafe(prefixBytes + header.byteLength + blobBytes);
  buffer.writeUInt32BE(header.byteLength, 0);
  buffer.writeUInt32BE(blobBytes, 4);
  header.copy(buffer, prefixBytes);
  if (snapshot) buffer.set(snapshot, prefixBytes + header.byteLength);
  return buffer;
}
