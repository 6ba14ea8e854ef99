import type { IncomingMessage } from 'node:http';

/** A body of up to so many bytes is read before it is passed on, so that it can be passed on again. */
const smallBytes = 256 * 1024;

/**
 * The whole body of a request, when it says that it is small. Null: it is large or does not say, nothing was read, and it
 * has to be piped. Rejects when the caller goes away.
 */
export async function readSmall(req: IncomingMessage): Promise<Buffer | null> {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  if (encoding !== undefined || Number(length ?? 0) > smallBytes) return null;
  const pieces: Buffer[] = [];
  for await (const piece of req) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/**
 * Whether a request may be sent again although it may have been carried out: it changes nothing, or carries an idempotency key.
 * Of a GraphQL document that is so when the word `mutation` is nowhere in it, spelled out or escaped.
 */
export function isRepeatable({ method = '', url = '', headers }: IncomingMessage, body: Buffer | null): boolean {
  if (/^(GET|HEAD|OPTIONS)$/.test(method) || headers['idempotency-key'] !== undefined) return true;
  const isGraphql = method === 'POST' && url.split('?', 1)[0] === '/graphql';
  return isGraphql && body !== null && !/mutation|\\u/i.test(body.toString('latin1'));
}
