import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import { twoBlobs } from './pictures.ts';
import { startSidecarProcess } from './sidecar-process.ts';
import { bearer, localToken } from './sidecar.ts';

type Outcome = { status: number; connection: string | undefined } | { failure: string };

test('told to end under load, it answers all that reached it, fails none, and is gone', async () => {
  await using sidecar = await startSidecarProcess({ BLOBS_DELAY_MS: '30', CACHE_ENTRIES: '0' });
  const agent = new Agent({ keepAlive: true, maxSockets: 12 });
  const picture = await twoBlobs();
  const outcomes: Outcome[] = [];
  let isTold = false;

  /** One after another on a connection that is kept, until nobody answers the door. */
  async function client(): Promise<void> {
    for (;;) {
      const outcome = await predict(`${sidecar.url}/predict`, picture, agent);
      if ('failure' in outcome && outcome.failure === 'ECONNREFUSED' && isTold) return;
      outcomes.push(outcome);
      if (outcomes.length === 60) {
        isTold = true;
        sidecar.child.kill('SIGTERM');
      }
      if ('failure' in outcome) return;
    }
  }
  await Promise.all(Array.from({ length: 12 }, client));
  const [code] = await sidecar.exited;
  agent.destroy();
  assert.equal(code, 0);
  const failed = outcomes.filter((outcome) => !('status' in outcome && outcome.status === 200));
  assert.deepEqual(failed, []);
  // More than what had come before it was told: those were under way.
  assert.ok(outcomes.length > 60, `${outcomes.length} answers`);
  assert.ok(outcomes.some((outcome) => 'connection' in outcome && outcome.connection === 'close'));
});

function predict(url: string, body: Uint8Array, agent: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    const headers = { ...bearer(localToken), 'content-type': 'application/octet-stream' };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, connection: response.headers.connection });
      });
      response.once('error', (error: NodeJS.ErrnoException) => resolve({ failure: error.code ?? error.message }));
    });
    sent.once('error', (error: NodeJS.ErrnoException) => resolve({ failure: error.code ?? error.message }));
    sent.end(body);
  });
}
