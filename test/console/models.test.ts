import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { blobsConfig, blobsOnnx } from '@sightline/inference/models/blobs';
import type { CatalogueEntry } from '@sightline/inference/models/catalogue';
import { digestOf } from '@sightline/inference/models/model-files';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { query } from '../harness/database.ts';
import { until } from '../harness/until.ts';
import { startFileServer } from '../inference/file-server.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { openConsole, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';

const options = { skip: skipWithoutBrowser };
const onnx = blobsOnnx();
let shown: OpenConsole;
let files: Awaited<ReturnType<typeof startFileServer>>;
before(async () => {
  if (skipWithoutBrowser) return;
  // The first is gone, and the second never comes to its end.
  files = await startFileServer(onnx, [{ status: 404 }, { hangAfter: onnx.byteLength / 2 }]);
  const env = { OPERATOR_EMAILS: 'running-console-1@example.com' };
  shown = await openConsole({ env, sidecarDeps: { npm: null, models: [entryOf('gone'), entryOf('slow')] } });
});
after(async () => {
  await shown?.[Symbol.asyncDispose]();
  await files?.[Symbol.asyncDispose]();
});

/** A model of the catalogue that our own server has. */
function entryOf(name: string): CatalogueEntry {
  const { selfTest: _picture, ...config } = blobsConfig;
  const [digest, byteSize] = [digestOf(onnx), onnx.byteLength];
  return {
    ...{ name, version: '1', summary: 'a model of tests', config, beside: {}, digest, byteSize },
    source: { kind: 'url', url: files.url, digest, byteSize },
    convert: (file) => file('file'),
  };
}

test('who runs the installation sees models, puts one away and back, and adds one; others look', options, async () => {
  const { page, problems } = await shown.open();
  const { email } = await signUp(page, 'running');
  assert.equal(email, 'running-console-1@example.com');
  await page.goto(`${shown.url}/models`);
  // The address is not confirmed yet: anybody could have written it.
  await page.getByText('only those who run this installation').waitFor();
  await page.getByRole('heading', { level: 3, name: 'blobs' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Unload: blobs' }).count(), 0);
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'models-look');

  await query(shown.stack.server.databaseUrl, `update "User" set "emailVerifiedAt" = now() where "email" = '${email}'`);
  const unload = page.getByRole('button', { name: 'Unload: blobs' });
  // The sidecar remembers for seconds who somebody is.
  await until(async () => {
    await page.reload();
    await page.getByRole('heading', { level: 3, name: 'blobs' }).waitFor();
    return (await unload.count()) > 0;
  });
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'models');
  await unload.click();
  const dialog = page.getByRole('dialog', { name: 'Unload blobs?' });
  await dialog.getByText('It is the default').waitFor();
  await dialog.getByRole('button', { name: 'Unload' }).click();
  await page.getByText('blobs was unloaded').waitFor();
  await page.getByRole('button', { name: 'Load: blobs', exact: true }).click();
  await page.getByText('blobs is loaded').waitFor();
  await unload.waitFor();

  await page.getByRole('button', { name: 'Add: gone' }).click();
  await page.getByText('MODEL_FETCH_FAILED').waitFor();
  await page.getByRole('button', { name: 'Try again: gone' }).waitFor();
  await page.getByRole('button', { name: 'Add: slow' }).click();
  const bar = page.getByRole('progressbar', { name: 'Adding slow' });
  await bar.waitFor();
  await until(async () => (await bar.getAttribute('aria-valuenow')) === '50');
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'models-adding');
  // Whoever looks again sees how far it is.
  await page.reload();
  await bar.waitFor();

  await page.getByRole('link', { name: 'Try it: blobs' }).click();
  await page.getByRole('heading', { level: 1, name: 'Playground' }).waitFor();
  assert.match(page.url(), /model=blobs/);
  assert.deepEqual(problems, []);
});
