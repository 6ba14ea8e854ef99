import type { WebSocketClass } from '@sightline/core';

const patienceMs = 5_000;

/** Whether a WebSocket comes through to the server: opens, and is answered in our protocol. Null where it does, else what happened. */
export async function webSocketProblem(
  url: string,
  WebSocket: WebSocketClass,
  signal: AbortSignal,
): Promise<string | null> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<string | null>((resolve, reject) => {
      timer = setTimeout(resolve, patienceMs, `no answer within ${patienceMs / 1000} s`);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
      // Whether it is let in is another question: what comes back in our protocol came through.
      socket.addEventListener('message', () => resolve(null));
      socket.addEventListener('close', ({ code }) =>
        resolve(code >= 4400 ? null : `closed with ${code} before it opened`),
      );
      socket.addEventListener('error', () => {});
    });
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}
