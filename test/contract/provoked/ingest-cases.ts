import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { serviceToken } from '../../harness/server.ts';
import { createSource, startSession } from '../../harness/sources.ts';
import { uuidOf } from '../../harness/people.ts';
import { answerOf, inRest, inResult } from './scene.ts';
import type { Case, Scene } from './scene.ts';

const headersOf = (batch: string) => ({
  authorization: `Bearer ${serviceToken}`,
  'content-type': 'application/vnd.sightline.run',
  'x-batch': batch,
});

const pathOf = (sessionId: string) => `/internal/sessions/${sessionId}/batches`;

/** Takes all places in which batches are recorded, by bodies that do not come. */
async function occupy({ strict: { url }, defer }: Scene): Promise<void> {
  const { port, hostname } = new URL(url);
  const told = Object.entries({ host: 'here', 'content-length': '10', ...headersOf('1.1') });
  const head = told.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  for (let place = 0; place < 8; place += 1) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(`POST ${pathOf(randomUUID())} HTTP/1.1\r\n${head}\r\n{`);
    defer(async () => void socket.destroy());
  }
}

export const ingestCases: Case[] = [
  inRest('BATCH_OUT_OF_ORDER', async ({ server, newPerson }) => {
    const person = await newPerson('ingest');
    const id = await startSession(server, person, await createSource(server, person));
    return { path: pathOf(uuidOf(id)), method: 'POST', headers: headersOf('99.2'), body: '' };
  }),
  inResult('BATCH_OUT_OF_ORDER', async ({ newPerson }) => {
    const { token } = await newPerson('device');
    return { field: 'recordCapture', input: { deviceId: randomUUID(), seq: 2 }, token };
  }),
  {
    ...{ code: 'INGEST_BUSY', on: 'rest', isSlow: true },
    async provoke(scene) {
      // Whoever waits too long is told, and the bodies that do not come are waited for longer than that.
      for (;;) {
        await occupy(scene);
        const request = { path: pathOf(randomUUID()), method: 'POST', headers: headersOf('1.2'), body: '' };
        const told = await answerOf(scene, { ...request, server: scene.strict });
        if (told.code === 'INGEST_BUSY') return told;
      }
    },
  },
];
