import { Client } from '@sightline/core';
import { startLocal } from '@sightline/desktop';
import { twoBlobs } from '../../inference/pictures.ts';

// A program with a sidecar of its own: says which process that is and what it saw, and goes on until it is killed.
const [transport, dataDirectory = ''] = process.argv.slice(2);
const local = startLocal({
  transport: transport === 'http' ? 'http' : 'stdio',
  dataDirectory,
  env: { MODEL: 'blobs' },
});
await local.ready();
const { send } = local;
const here = 'http://localhost';
const openLive = () => ({ subscribe: () => () => {}, reset() {} });
const client = new Client({ baseUrl: here, inferenceUrl: here, transport: { send, openLive } });
const seen = await client.predict(await twoBlobs());
const labels = 'detections' in seen ? seen.detections.map(({ label }) => label) : [];
process.stdout.write(`${JSON.stringify({ pid: local.pid, labels })}\n`);
setInterval(() => {}, 60_000);
