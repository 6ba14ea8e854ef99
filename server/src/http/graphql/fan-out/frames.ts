import type { Chunk } from '../sse/frames.ts';
import { chunkOf, eventFrame, sharedEventFrame } from '../sse/frames.ts';

/** One result as text, for everybody alike. */
export type Payload = {
  /** JSON */
  readonly text: string;
  /** Where whoever got it can go on from. */
  readonly cursor: string;
};

type Template = { bytes: Buffer; idsAt: number[] };

/** Results that leave together. What they look like on a wire is made once for all who read them alike. */
export class Frames {
  readonly payloads: readonly Payload[];
  readonly #bodies: Buffer[];
  readonly #templates = new Map<number, Template>();
  /** Used for the next socket, too, if the kernel has taken it from this one. */
  #scratch: Buffer | null = null;
  #chunk: Chunk | null = null;

  constructor(payloads: readonly Payload[]) {
    this.payloads = payloads;
    this.#bodies = payloads.map(({ text }) => Buffer.from(`,"type":"next","payload":${text}}`));
  }

  /**
   * The frames for one operation of a WebSocket; `head` is the start of each message, up to its id. They are good until
   * the next call; who goes on to hold them says `keep`.
   */
  forSocket(head: Buffer): Buffer {
    let template = this.#templates.get(head.length);
    if (!template) this.#templates.set(head.length, (template = templateOf(this.#bodies, head.length)));
    const { bytes, idsAt } = template;
    if (this.#scratch?.length !== bytes.length) this.#scratch = Buffer.from(bytes);
    for (const at of idsAt) head.copy(this.#scratch, at);
    return this.#scratch;
  }

  /** The events for an operation that has a stream to itself: the same bytes for everybody. */
  forStream(): Chunk {
    return (this.#chunk ??= chunkOf(this.payloads.map(({ text, cursor }) => eventFrame(text, cursor)).join('')));
  }

  /** The events for one operation among others on a stream. */
  forSharedStream(operationId: string): Chunk {
    return chunkOf(this.payloads.map(({ text }) => sharedEventFrame(operationId, text)).join(''));
  }

  /** What `forSocket` gave last is still being sent. */
  keep(): void {
    this.#scratch = null;
  }
}

const finalText = 0x81;

/** Frames of the WebSocket protocol, as servers send them: unmasked, not compressed, with room for each head. */
function templateOf(bodies: readonly Buffer[], headLength: number): Template {
  const idsAt: number[] = [];
  const parts: Buffer[] = [];
  let at = 0;
  for (const body of bodies) {
    const header = headerOf(headLength + body.length);
    idsAt.push(at + header.length);
    parts.push(header, Buffer.alloc(headLength), body);
    at += header.length + headLength + body.length;
  }
  return { bytes: Buffer.concat(parts), idsAt };
}

function headerOf(length: number): Buffer {
  if (length < 126) return Buffer.from([finalText, length]);
  if (length < 2 ** 16) return Buffer.from([finalText, 126, length >> 8, length & 0xff]);
  const header = Buffer.alloc(10);
  header.writeUInt8(finalText, 0);
  header.writeUInt8(127, 1);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
