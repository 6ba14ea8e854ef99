import { randomUUID } from 'node:crypto';
import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Locale } from '@sightline/db/client';
import { RequestRefusedError } from '../errors/request-errors.ts';
import { localeOf } from './locale.ts';
import { answerRaw } from './raw-answer.ts';

/** What Node says of a connection whose bytes are no request, or do not come. */
type ClientError = Error & { code?: string; rawPacket?: unknown };
/** Node keeps the answer that is being written on the socket. */
type Connection = Duplex & { _httpMessage?: ServerResponse | null };

/** Refuses what is no HTTP request, too long a head and one that takes too long, as every other refusal is told. */
export function answerClientErrors(server: Server, headers: Readonly<Record<string, string>>): void {
  const refused = new WeakSet<Duplex>();
  server.on('clientError', (error: ClientError, socket: Connection) => {
    // What comes after what was refused is no better.
    if (refused.has(socket)) return;
    // Nobody is there to read it, or another answer is on its way already.
    if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent) return socket.destroy();
    refused.add(socket);
    answerRaw(socket, {
      error: refusalFor(error),
      requestId: randomUUID(),
      locale: localeIn(error.rawPacket),
      headers,
    });
  });
  // An expectation that is none of HTTP's own is nothing to us.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

function refusalFor({ code }: ClientError): RequestRefusedError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new RequestRefusedError('REQUEST_TIMEOUT', 'The request took too long to arrive.');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new RequestRefusedError('HEADERS_TOO_LARGE', 'The headers are larger than this server accepts.');
  }
  return new RequestRefusedError('BAD_REQUEST', 'This is no HTTP.');
}

/** Of a head that could not be read: what came of it last may say the language all the same. */
function localeIn(packet: unknown): Locale {
  const text = Buffer.isBuffer(packet) ? packet.toString('latin1') : '';
  const found = /^accept-language:([^\r\n]*)/im.exec(text);
  return localeOf(found ? { 'accept-language': found[1] } : {});
}
