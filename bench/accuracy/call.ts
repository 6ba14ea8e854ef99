import { Agent, request } from 'node:http';
import type { DetectionPrediction } from '@sightline/inference/contract';

type Answer = { status: number; text: string };

export type Body = { contentType: string; bytes: Buffer };

/** One HTTP client that keeps its connections. */
export function createCaller(headers: Record<string, string>) {
  const agent = new Agent({ keepAlive: true });
  const timeoutMs = 30_000;

  function call(url: string, body: Body): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = { 'content-type': body.contentType, 'content-length': body.bytes.byteLength };
      const sent = request(
        url,
        { method: 'POST', agent, timeout: timeoutMs, headers: { ...headers, ...length } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`${url}: no answer in ${timeoutMs} ms.`)));
      sent.on('error', reject);
      sent.end(body.bytes);
    });
  }

  return {
    async predict(url: string, body: Body): Promise<DetectionPrediction> {
      const { status, text } = await call(url, body);
      if (status !== 200) throw new Error(`POST ${url} answered ${status}: ${text}`);
      // Its shape is the sidecar's contract, which its own tests hold it to.
      return JSON.parse(text) as DetectionPrediction;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}
export type Caller = ReturnType<typeof createCaller>;
