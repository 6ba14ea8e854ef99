import { Agent, request } from 'node:http';

export type LoadRequest = { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string };

const connections = 16;

/** Sends `amount` requests over a few connections, each as soon as the one before it is answered. Rejects if one fails. */
export async function sendAll(
  url: string,
  { method, headers, body }: LoadRequest,
  amount: number,
): Promise<{ seconds: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let left = amount;

  const sendOne = () =>
    new Promise<void>((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const outgoing = request(url, { method, agent, headers: { ...headers, ...length } }, (response) => {
        response.resume();
        if (response.statusCode === 200) response.once('end', resolve);
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  const sendInTurn = async () => {
    while (left > 0) {
      left -= 1;
      await sendOne();
    }
  };

  const startedAt = performance.now();
  try {
    await Promise.all(Array.from({ length: connections }, sendInTurn));
  } finally {
    agent.destroy();
  }
  return { seconds: (performance.now() - startedAt) / 1000 };
}
