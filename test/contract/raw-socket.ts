import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import type { Answer } from '../harness/answer.ts';

export type SocketMessage = { type: string; id?: string; payload?: Answer };
export type SocketClose = { code: number; reason: string };

/** A graphql-transport-ws client that keeps every message from the first moment on, so that none can be missed. */
export async function openSocket(
  url: string,
  {
    protocol = 'graphql-transport-ws',
    ...options
  }: Omit<ClientOptions, 'protocol'> & { protocol?: string | null } = {},
) {
  const socket = new WebSocket(url, protocol ?? [], options);
  const messages: SocketMessage[] = [];
  const waiting: ((message: SocketMessage) => void)[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as SocketMessage;
    const taker = waiting.shift();
    if (taker) taker(message);
    else messages.push(message);
  });
  const closed = new Promise<SocketClose>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  const upgraded = once(socket, 'upgrade') as Promise<[import('node:http').IncomingMessage]>;
  upgraded.catch(() => undefined);
  socket.on('error', () => undefined);
  if (socket.readyState !== WebSocket.OPEN) await Promise.race([once(socket, 'open'), closed]);

  const next = (): Promise<SocketMessage> => {
    const message = messages.shift();
    return message ? Promise.resolve(message) : new Promise((resolve) => waiting.push(resolve));
  };
  const send = (message: string | object) =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));

  return {
    socket,
    closed,
    upgraded,
    next,
    send,
    /** Says hello; the acknowledgement, or how the socket was closed instead. */
    init(payload?: object): Promise<SocketMessage | SocketClose> {
      send({ type: 'connection_init', ...(payload && { payload }) });
      return Promise.race([next(), closed]);
    },
    subscribe: (id: string, query: string, variables: object = {}) =>
      send({ id, type: 'subscribe', payload: { query, variables } }),
    async [Symbol.asyncDispose]() {
      socket.terminate();
      await closed;
    },
  };
}
