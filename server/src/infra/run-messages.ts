import { z } from 'zod';
import type { RunMessage } from '../ports.ts';

/** A header says all but the pixels: 1 MB is some ten thousand tracks. A blob is one JPEG. */
export const maxHeaderBytes = 1024 * 1024;
export const maxBlobBytes = 8 * 1024 * 1024;
const prefixBytes = 8;

const count = z.int32().min(0);
/** What PostgreSQL can keep. */
const storable = z.string().refine((value) => !value.includes('\0') && value.isWellFormed());
/** A hundred years: later than any date that can be kept is a mistake. */
const timestampMsMax = 100 * 366 * 86_400_000;
const header = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('opened'),
    framesTotal: count.nullable(),
    model: z.object({ name: storable, version: storable, digest: storable }),
  }),
  z.object({
    type: z.literal('frame'),
    index: count,
    timestampMs: z.number().min(0).max(timestampMsMax),
    width: z.number().positive(),
    height: z.number().positive(),
    tracks: z.array(
      z.object({
        trackNumber: z.int32().min(1),
        change: z.enum(['entered', 'updated', 'left']),
        label: storable,
        confidence: z.number(),
        box: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
      }),
    ),
    nextTrackNumber: count,
  }),
  z.object({ type: z.literal('progress'), acceptedSeq: count }),
  z.object({ type: z.literal('ended') }),
  z.object({ type: z.literal('failed'), code: storable, message: storable }),
]);

/**
 * Parses `uint32 header length | uint32 blob length | header JSON | blob`, over and over, however the bytes are cut.
 * Holds one message at most. Throws for anything that is not one, and for an end in the middle of one.
 */
export async function* readRunMessages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RunMessage, void, undefined> {
  let parts: Uint8Array[] = [];
  let available = 0;
  let needed = prefixBytes;
  let lengths: { header: number; blob: number } | null = null;
  for await (const chunk of chunks) {
    parts.push(chunk);
    available += chunk.byteLength;
    while (available >= needed) {
      // Joined only once enough is here, so that a large blob in small pieces is copied once.
      const bytes = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
      if (!lengths) {
        lengths = readLengths(bytes);
        needed = prefixBytes + lengths.header + lengths.blob;
        parts = [bytes];
        continue;
      }
      yield parse(bytes.subarray(prefixBytes, needed), lengths.header);
      parts = [bytes.subarray(needed)];
      available -= needed;
      lengths = null;
      needed = prefixBytes;
    }
  }
  if (available > 0) throw new Error('The run stream ended in the middle of a message.');
}

function readLengths(bytes: Uint8Array): { header: number; blob: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, prefixBytes);
  const lengths = { header: view.getUint32(0), blob: view.getUint32(4) };
  if (lengths.header > maxHeaderBytes || lengths.blob > maxBlobBytes) {
    throw new Error(`The run stream announced a message of ${lengths.header} + ${lengths.blob} bytes.`);
  }
  return lengths;
}

function parse(message: Uint8Array, headerBytes: number): RunMessage {
  const text = Buffer.from(message.buffer, message.byteOffset, headerBytes).toString('utf8');
  const { data: parsed, error } = header.safeParse(jsonOf(text));
  if (error) {
    const [issue] = error.issues;
    throw new Error(
      `The header of a message is not what was agreed: ${issue?.path.join('.') || 'it'}: ${issue?.message}.`,
    );
  }
  if (parsed.type !== 'frame') return parsed;
  // A copy: the rest of the chunk must not live as long as the picture.
  const snapshot = message.byteLength > headerBytes ? new Uint8Array(message.subarray(headerBytes)) : null;
  return { ...parsed, snapshot };
}

/** Not in the words of the parser, which callers would be told. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('The header of a message is not JSON.');
  }
}
