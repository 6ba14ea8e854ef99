import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { encodeFrame, readFrames } from '@sightline/inference/stdio/frames';

// What a supervisor sees of a sidecar, and nothing else: it is there in a moment. `LIFE` says how it goes wrong.
const { DATA_DIR = '', LIFE = '', LOCAL_TOKEN = '', TRANSPORT = 'stdio' } = process.env;
appendFileSync(join(DATA_DIR, '..', 'lives'), `${process.pid} ${LOCAL_TOKEN}\n`);
if (LIFE === 'crash') {
  console.error('The model is not to be had.');
  process.exit(1);
}
/** The pid, so that whoever asks knows which one it was; `/silent` is never answered. */
function answerTo(path: string): { status: number; body: Buffer } | null {
  if (path === '/silent') return null;
  if (path === '/gone') process.exit(3);
  return { status: LIFE === 'unready' && path === '/health/ready' ? 503 : 200, body: Buffer.from(String(process.pid)) };
}

if (TRANSPORT === 'http') {
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${LOCAL_TOKEN}`) return void response.writeHead(401).end();
    const answer = answerTo(request.url ?? '/');
    if (answer) response.writeHead(answer.status).end(answer.body);
  });
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  });
  process.once('disconnect', () => process.exit(0));
} else {
  for await (const { header } of readFrames(process.stdin, 100_000_000)) {
    if (header['cancel']) continue;
    if (LIFE === 'nonsense' && header['path'] === '/nonsense')
      process.stdout.write('Some library says hello.\n'.repeat(9));
    const answer = answerTo(String(header['path']));
    if (!answer) continue;
    for (const piece of encodeFrame({ id: header['id'], status: answer.status, headers: {} }, answer.body))
      process.stdout.write(piece);
  }
}
