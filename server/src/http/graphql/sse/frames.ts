import type { StreamedResult } from '../result-stream.ts';
import { isProgress } from '../result-stream.ts';

/** Events as they go over the wire. JSON has no line breaks and cursors are numbers, so that nothing needs escaping. */

/** One result of the operation that has the stream to itself. Its `id` is what comes back as `Last-Event-ID`. */
export function resultFrame(result: StreamedResult): string {
  const id = result.cursor === undefined ? '' : `id: ${result.cursor}\n`;
  // Without data it is no event, and moves the reader on all the same.
  return isProgress(result) ? `${id}\n` : `event: next\n${id}data: ${JSON.stringify(result)}\n\n`;
}

export const completeFrame = 'event: complete\ndata: \n\n';

/** One result of one operation among others on a stream. */
export function sharedResultFrame(operationId: string, payload: StreamedResult): string {
  return isProgress(payload) ? '' : `event: next\ndata: ${JSON.stringify({ id: operationId, payload })}\n\n`;
}

export const sharedCompleteFrame = (operationId: string): string =>
  `event: complete\ndata: ${JSON.stringify({ id: operationId })}\n\n`;
