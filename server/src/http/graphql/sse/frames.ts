import type { StreamedResult } from '../result-stream.ts';
import { isProgress } from '../result-stream.ts';

/** Events as they go over the wire. JSON has no line breaks and cursors are numbers, so that nothing needs escaping. */

/** One result, as JSON, of the operation that has the stream to itself. Its `id` is what comes back as `Last-Event-ID`. */
export const eventFrame = (text: string, cursor: string | undefined): string =>
  `event: next\n${cursor === undefined ? '' : `id: ${cursor}\n`}data: ${text}\n\n`;

/** Without data it is no event, and moves the reader on all the same. */
export const cursorFrame = (cursor: string): string => `id: ${cursor}\n\n`;

export function resultFrame(result: StreamedResult): string {
  return isProgress(result) ? cursorFrame(result.cursor!) : eventFrame(JSON.stringify(result), result.cursor);
}

export const completeFrame = 'event: complete\ndata: \n\n';

/** One result, as JSON, of one operation among others on a stream. */
export const sharedEventFrame = (operationId: string, text: string): string =>
  `event: next\ndata: {"id":${JSON.stringify(operationId)},"payload":${text}}\n\n`;

export function sharedResultFrame(operationId: string, payload: StreamedResult): string {
  return isProgress(payload) ? '' : sharedEventFrame(operationId, JSON.stringify(payload));
}

export const sharedCompleteFrame = (operationId: string): string =>
  `event: complete\ndata: ${JSON.stringify({ id: operationId })}\n\n`;

/** Events for any number of answers: as a chunk of HTTP/1.1, the way it is on the wire, and the bytes of it that are theirs. */
export type Chunk = { readonly framed: Buffer; readonly plain: Buffer };

export function chunkOf(text: string): Chunk {
  const header = `${Buffer.byteLength(text).toString(16)}\r\n`;
  const framed = Buffer.from(`${header}${text}\r\n`);
  return { framed, plain: framed.subarray(header.length, -2) };
}
