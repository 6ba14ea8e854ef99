import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { compile } from './compile.ts';
import { packPackages } from './pack.ts';

const run = promisify(execFile);

/** What somebody writes who has nothing but the package: every line below must compile, or must not. */
const consumer = `
import { Client, ErrorCode, NotFoundError, RateLimitError, isFinal } from '@sightline/core';
import type { Detection, Event, FeedItem, Session, SessionState, Source, TypedDocument } from '@sightline/core';

const client = new Client({ baseUrl: 'http://127.0.0.1:1', token: 'a', logger: console });

export async function use(signal: AbortSignal): Promise<void> {
  const source: Source | null = await client.sources.get('id', { signal, timeoutMs: 5 });
  const session: Session = await client.sessions.start({ sourceId: source?.id ?? '' });
  const state: SessionState = session.state;
  if (state === 'FAILED' || isFinal(session)) await client.sessions.stop(session.id);
  for await (const item of client.events.subscribe({ after: '0', filter: { types: ['OBJECT_ENTERED'] } })) told(item);
  for await (const event of client.events.list({ pageSize: 10 })) seen(event);
  const page = await client.sources.list().page();
  page.items.map(({ name }) => name.toUpperCase());
  await client.sources.upload({ name: 'a.jpg', data: new Blob([]) }, { onProgress: ({ sentBytes }) => sentBytes.toFixed() });
  const prediction = await client.predict(new ArrayBuffer(1), { model: 'yolox', labels: ['person'] });
  if (prediction.task !== 'detection' || prediction.cached) return;
  const detections: readonly Detection[] = prediction.detections;
  detections[0]?.box.width.toFixed();
  const { data: sources, response } = await client.sources.list().withResponse();
  response.headers.get('x-request-id')?.trim();
  (await sources.next())?.items.at(0)?.name.trim();
  const typed = '{ viewer { role } }' as TypedDocument<{ viewer: { role: string } | null }, { id?: string }>;
  (await client.graphql(typed, { id: 'x' })).viewer?.role.trim();
  (await client.graphql('{ anything }'))['anything'];
  // @ts-expect-error a source needs a kind
  await client.sources.create({ name: 'x' });
  // @ts-expect-error there is no such event
  client.events.subscribe({ filter: { types: ['OBJECT_VANISHED'] } });
  // @ts-expect-error it may be null
  source.name;
  // @ts-expect-error there is no such variable
  await client.graphql(typed, { name: 'x' });
}

function told(item: FeedItem): number {
  return item.kind === 'gap' ? item.fromSeq : item.event.seq;
}

function seen(event: Event): string {
  return event.label ?? event.snapshot?.url ?? event.type;
}

export function explain(error: unknown): string {
  if (error instanceof NotFoundError) return error.message;
  if (error instanceof RateLimitError) return String(error.retryAfterMs);
  return ErrorCode.NOT_FOUND;
}

if (explain(null) !== 'NOT_FOUND' || typeof client.events.subscribe !== 'function') throw new Error('broken');
`;

test('the packed core compiles and runs in a project that has nothing else, and stays small', async (t) => {
  await using packed = await packPackages(['clients/core']);
  const project = await packed.project({ ours: ['@sightline/core'] });
  const { manifest } = packed.packages.get('@sightline/core') ?? assert.fail();
  assert.deepEqual(Object.keys(manifest.dependencies ?? {}), [], 'nothing is needed at run time');
  await compile(project, { 'consumer.ts': consumer });
  await run(process.execPath, [join(project, 'out/consumer.js')]);

  const sizeBytes = await gzippedSize(join(project, 'node_modules/@sightline/core/dist'));
  t.diagnostic(`client: ${(sizeBytes / 1000).toFixed(1)} kB gzipped, not minified`);
  // All of it, as nobody loads it: what a page takes is told by test/clients/size.
  assert.ok(sizeBytes < 40_000, `${sizeBytes} bytes`);
});

/** Bytes of all our modules without their comments. */
async function gzippedSize(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true });
  const scripts = files.filter((file) => file.endsWith('.js')).map((file) => join(folder, file));
  const texts = await Promise.all(scripts.map((file) => readFile(file, 'utf8')));
  return gzipSync(texts.join('\n').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, ''), { level: 9 }).length;
}
