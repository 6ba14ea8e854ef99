import type { IncomingMessage, Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { requestIdOf } from '../request-id.ts';
import type { createCors } from './cors.ts';
import type { GraphqlLimits } from './limits.ts';

type Deps = {
  limits: Pick<GraphqlLimits, 'bodyBytes' | 'sockets'>;
  cors: Pick<ReturnType<typeof createCors>, 'mayConnect'>;
  onSocket: (socket: WebSocket, req: IncomingMessage, requestId: string) => void;
};

/** Turns HTTP requests for /graphql into WebSockets, or says why not before there is one. */
export function createUpgrades({ limits, cors, onSocket }: Deps) {
  const requestIds = new WeakMap<IncomingMessage, string>();
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.bodyBytes,
    perMessageDeflate: false, // saves little on small messages and costs memory per socket
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  wss.on('headers', (headers, req) => headers.push(`x-request-id: ${requestIds.get(req)}`));

  return {
    clients: wss.clients,

    attach(server: Server): void {
      server.on('upgrade', (req: IncomingMessage, duplex: Duplex, head: Buffer) => {
        const path = (req.url ?? '').split('?', 1)[0];
        if (path !== '/graphql') {
          // Someone else's path, unless nobody else listens: then the caller would wait forever.
          if (server.listenerCount('upgrade') === 1) reject(duplex, 404);
          return;
        }
        if (!cors.mayConnect(req.headers)) return reject(duplex, 403);
        if (wss.clients.size >= limits.sockets) return reject(duplex, 503);
        const requestId = requestIdOf(req.headers);
        requestIds.set(req, requestId);
        wss.handleUpgrade(req, duplex, head, (socket) => onSocket(socket, req, requestId));
      });
    },

    close: () => wss.close(),
  };
}

function reject(duplex: Duplex, status: number): void {
  duplex.on('error', () => duplex.destroy());
  duplex.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
