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
  const { detections, cached }: { detections: Detection[]; cached: boolean } = await client.predict(new ArrayBuffer(1));
  if (cached) return;
  detections[0]?.box.width.toFixed();
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
  assert.deepEqual(Object.keys(manifest.dependencies ?? {}), ['graphql-ws'], 'nothing else is needed at run time');
  await compile(project, { 'consumer.ts': consumer });
  await run(process.execPath, [join(project, 'out/consumer.js')]);

  const installed = join(project, 'node_modules/@sightline/core');
  const sizeBytes = await gzippedSize([join(installed, 'dist'), join(project, 'node_modules/graphql-ws/dist')]);
  t.diagnostic(`client and graphql-ws: ${(sizeBytes / 1000).toFixed(1)} kB gzipped, not minified`);
  // All of it, as nobody loads it: minified it was 17.4 kB when this was 26.3, and 12.0 of those are BaseClient.
  assert.ok(sizeBytes < 40_000, `${sizeBytes} bytes`);
});

/** Bytes of everything a page would load: our modules without their comments, and the client half of graphql-ws. */
async function gzippedSize([ours = '', theirs = '']: string[]): Promise<number> {
  const files = await readdir(ours, { recursive: true });
  const scripts = files.filter((file) => file.endsWith('.js')).map((file) => join(ours, file));
  const shared = (await readdir(theirs))
    .filter((file) => /^(client|common-.*)\.js$/.test(file))
    .map((file) => join(theirs, file));
  const texts = await Promise.all([...scripts, ...shared].map((file) => readFile(file, 'utf8')));
  return gzipSync(texts.join('\n').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, ''), { level: 9 }).length;
}
