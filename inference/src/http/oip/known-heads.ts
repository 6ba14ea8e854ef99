import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { proofOf } from '../callers.ts';
import type { Proof } from '../callers.ts';
import { laneAddressOf } from './lane-address.ts';
import type { LaneAddress } from './lane-address.ts';

/** Everything before a request's body, as Node read it once. */
export type Head = {
  /** Letter by letter, with the empty line, one character for each byte. */
  text: string;
  address: LaneAddress;
  headers: IncomingHttpHeaders;
  proof: Proof | undefined;
  contentLength: number;
  /** Bytes of JSON that the body starts with. */
  jsonLength: number;
  /** Whether its connection stays for the next one. */
  keepsAlive: boolean;
};

export type KnownHeads = ReturnType<typeof createKnownHeads>;

const textLengthMax = 4 * 1024;
const headsMax = 512;
/** Nobody is to wait for a parser that waits for more. */
const parseMsMax = 1_000;

/**
 * Callers of one model send the same headers over and over, so what Node's parser made of them is remembered by their
 * exact bytes. Nothing here reads HTTP by rules of its own. Null stands for heads of requests that are not in the
 * plainest form.
 */
export function createKnownHeads(bytesMax: number) {
  const known = new Map<string, Head | null>();

  function keep(text: string, head: Head | null): Head | null {
    if (known.size >= headsMax) known.delete(known.keys().next().value ?? '');
    known.set(text, head);
    return head;
  }

  return {
    /** Undefined where it has not been read yet. */
    get: (text: string): Head | null | undefined => known.get(text),
    async read(text: string): Promise<Head | null> {
      if (text.length > textLengthMax) return null;
      const request = await parse(text);
      return keep(text, request && headOf(text, request, bytesMax));
    },
  };
}

function headOf(text: string, request: IncomingMessage, bytesMax: number): Head | null {
  const { headers, httpVersion } = request;
  const address = laneAddressOf(request, bytesMax);
  const connection = headers.connection?.toLowerCase();
  if (!address || httpVersion !== '1.1' || (connection !== undefined && !connections.has(connection))) return null;
  const contentLength = Number(headers['content-length']);
  const jsonLength = headers['inference-header-content-length'];
  if (typeof jsonLength !== 'string' || !/^\d{1,9}$/.test(jsonLength) || Number(jsonLength) > contentLength)
    return null;
  const keepsAlive = connection !== 'close';
  return { text, address, headers, proof: proofOf(request), contentLength, jsonLength: Number(jsonLength), keepsAlive };
}

const connections = new Set(['keep-alive', 'close']);

/** What Node's own parser makes of a head; null for what it refuses, and for what asks to be asked back. */
function parse(text: string): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    // Whatever Node answers by itself, it answers to a head that it does not pass on.
    const socket = new Duplex({ read() {}, write: () => end(null) });
    const end = (request: IncomingMessage | null) => {
      clearTimeout(impatience);
      resolve(request);
      socket.destroy();
    };
    const impatience = setTimeout(end, parseMsMax, null).unref();
    createServer((request) => end(request))
      .on('checkContinue', () => end(null))
      .on('checkExpectation', () => end(null))
      .on('connect', () => end(null))
      .on('upgrade', () => end(null))
      .on('clientError', () => end(null))
      .emit('connection', socket);
    socket.on('error', () => end(null)).on('close', () => resolve(null));
    socket.push(Buffer.from(text, 'latin1'));
  });
}
