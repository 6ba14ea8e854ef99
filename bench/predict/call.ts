import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Prediction } from '@sightline/inference/contract';

export type Answer = { durationMs: number; status: number; text: string };
export type Stages = Prediction['timings'];

/** A request body, made once: what a client spends on building it is not the sidecar's. */
export type Body = { contentType: string; bytes: Buffer };

/** The three ways of sending one picture to `/predict`. */
export function bodiesOf(picture: Buffer): { raw: Body; multipart: Body; base64: Body } {
  const boundary = 'sightline-bench-boundary';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="image"; filename="picture.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`;
  return {
    raw: { contentType: 'image/jpeg', bytes: picture },
    multipart: {
      contentType: `multipart/form-data; boundary=${boundary}`,
      bytes: Buffer.concat([Buffer.from(head), picture, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    },
    base64: {
      contentType: 'application/json',
      bytes: Buffer.from(JSON.stringify({ image: picture.toString('base64') })),
    },
  };
}

/** One HTTP client that keeps its connections. The clock runs from sending to the last byte of the answer. */
export function createCaller(headers: Record<string, string>) {
  const agent = new Agent({ keepAlive: true });
  const timeoutMs = 30_000;

  function call(url: string, method: 'GET' | 'POST', body: Body | null): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const length = body && { 'content-type': body.contentType, 'content-length': body.bytes.byteLength };
      const sent = request(
        url,
        { method, agent, timeout: timeoutMs, headers: { ...headers, ...length } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const durationMs = performance.now() - startedAt;
            resolve({ durationMs, status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${url}: no answer in ${timeoutMs} ms.`)));
      sent.on('error', reject);
      sent.end(body?.bytes);
    });
  }

  return {
    async get(url: string): Promise<number> {
      const { status, durationMs } = await call(url, 'GET', null);
      if (status !== 200) throw new Error(`GET ${url} answered ${status}.`);
      return durationMs;
    },
    async predict(url: string, body: Body): Promise<{ durationMs: number; prediction: Prediction }> {
      const { status, text, durationMs } = await call(url, 'POST', body);
      if (status !== 200) throw new Error(`POST ${url} answered ${status}: ${text}`);
      // Its shape is the sidecar's contract, which its own tests hold it to.
      return { durationMs, prediction: JSON.parse(text) as Prediction };
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}
export type Caller = ReturnType<typeof createCaller>;
