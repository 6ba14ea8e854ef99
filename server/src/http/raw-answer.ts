import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Locale } from '@sightline/db/client';
import { toRestError } from '../errors/to-rest-error.ts';

type Told = { error: unknown; requestId: string; locale?: Locale; headers: Readonly<Record<string, string>> };

/** How long what nobody wants is still read: closing on unread bytes would take our answer away from the caller. */
const drainMs = 900;

/** Refuses on a connection that has no answer object: one that is no HTTP, or was about to become something else. */
export function answerRaw(socket: Duplex, { error, requestId, locale, headers }: Told): void {
  const { status, headers: told, body } = toRestError(error, requestId, locale);
  const text = JSON.stringify(body);
  const head = Object.entries({
    ...headers,
    ...told,
    'content-length': String(Buffer.byteLength(text)),
    'x-request-id': requestId,
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${text}`);
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), drainMs);
  socket.once('close', () => clearTimeout(timer));
}
