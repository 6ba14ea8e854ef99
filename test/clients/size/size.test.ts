import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bundle } from '../browser/serve-page.ts';

/** Bytes after gzip for signing in, every query and mutation, the feed over a socket or a stream, and pictures. */
const bytesMax = 12_000;

/** What a page pays for a script, bundled as for production. */
const sizeOf = async (script: string) => gzipSync(await bundle(script), { level: 9 }).length;

test(`a page pays at most ${bytesMax} bytes for its client`, async (t) => {
  const size = await sizeOf(`export { WebClient } from '@sightline/web'`);
  t.diagnostic(`WebClient: ${size} bytes gzipped, of ${bytesMax}`);
  assert.ok(size <= bytesMax, `${size} bytes are ${size - bytesMax} too many`);
});

test('resources that a page does not name cost it nothing', async (t) => {
  const one = await sizeOf(`
    import { createSources } from '@sightline/core';
    import { WebClient } from '@sightline/web';
    export const client = new WebClient().with({ sources: createSources });
  `);
  const all = await sizeOf(`export { WebClient } from '@sightline/web/full'`);
  t.diagnostic(`with sources: ${one} bytes gzipped; with everything: ${all}`);
  assert.ok(one < all * 0.8, `${one} of ${all} bytes`);
});
