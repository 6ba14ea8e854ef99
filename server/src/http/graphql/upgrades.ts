import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { NotFoundError, RequestRefusedError, ServiceUnavailableError } from '../../errors/request-errors.ts';
import { localeOf } from '../locale.ts';
import type { OwnOrigins } from '../own-origins.ts';
import { elsewhere } from '../problem.ts';
import { answerRaw } from '../raw-answer.ts';
import { requestIdOf } from '../request-id.ts';
import { reasonOf } from './close-reasons.ts';
import type { GraphqlLimits } from './limits.ts';

type Deps = {
  limits: Pick<GraphqlLimits, 'bodyBytes' | 'sockets'>;
  isOwnOrigin: OwnOrigins;
  /** What every answer carries, refusals of an upgrade included. */
  headers: Readonly<Record<string, string>>;
  onSocket: (socket: WebSocket, req: IncomingMessage, requestId: string) => void;
};

/** Turns HTTP requests for /graphql into WebSockets, or says why not before there is one. */
export function createUpgrades({ limits, isOwnOrigin, headers, onSocket }: Deps) {
  const requestIds = new WeakMap<IncomingMessage, string>();
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.bodyBytes,
    perMessageDeflate: false, // saves little on small messages and costs memory per socket
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  wss.on('headers', (lines, req) => lines.push(`x-request-id: ${requestIds.get(req)}`));
  wss.on('wsClientError', (_error, socket, req) => {
    reject(socket, req, new RequestRefusedError('BAD_REQUEST', 'This is no request for a WebSocket.'));
  });

  function reject(duplex: Duplex, req: IncomingMessage, error: Error): void {
    const requestId = requestIds.get(req) ?? randomUUID();
    answerRaw(duplex, { error, requestId, locale: localeOf(req.headers), headers });
  }

  return {
    clients: wss.clients,

    attach(server: Server): void {
      server.on('upgrade', (req: IncomingMessage, duplex: Duplex, head: Buffer) => {
        const path = (req.url ?? '').split('?', 1)[0] ?? '';
        requestIds.set(req, requestIdOf(req.headers));
        if (path !== '/graphql') {
          // Someone else's path, unless nobody else listens: then the caller would wait forever.
          if (server.listenerCount('upgrade') === 1) reject(duplex, req, new NotFoundError('Page', elsewhere));
          return;
        }
        if (!isOwnOrigin(req.headers)) return reject(duplex, req, foreign());
        if (wss.clients.size >= limits.sockets)
          return reject(duplex, req, new ServiceUnavailableError('A free socket'));
        wss.handleUpgrade(req, duplex, head, (socket) => {
          tellWhy(socket);
          onSocket(socket, req, requestIds.get(req) ?? '');
        });
      });
    },

    close: () => wss.close(),
  };
}

/** What `ws` closes sockets for by itself, as which it calls `close` with a number and no reason. */
function tellWhy(socket: WebSocket): void {
  const close = socket.close.bind(socket);
  socket.close = (code, reason) => close(code, reason ?? reasonOf(code));
}

const foreign = () => new RequestRefusedError('ORIGIN_REFUSED', 'Pages of this origin may not connect.');
