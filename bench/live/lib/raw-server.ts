import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { serveSubject } from '../../lib/serve-subject.ts';

/** The least a broadcast can do with `ws`: makes a text of an object once, and sends it to everybody. */
const server = createServer();
const sockets = new Set<WebSocket>();
const broadcast = new WebSocketServer({ server, perMessageDeflate: false });
broadcast.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => undefined);
});
const payload = JSON.parse(process.argv[2] ?? '{}') as object;

function publish(): boolean {
  const text = JSON.stringify({ id: '00000000-0000-4000-8000-000000000000', type: 'next', payload });
  for (const socket of sockets) socket.send(text);
  return true;
}

const url = new Promise<string>((resolve) => {
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
    resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
  );
});
serveSubject(url, { publish });
