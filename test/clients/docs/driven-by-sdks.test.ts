import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';

const clients = new URL('../', import.meta.url);
/** Ways past the SDKs: requests and sockets of one's own, and helpers of other tests that make them. */
const bypass =
  /\bfetch\(|node:https?|undici|WebSocket\(|graphql\(\s*(stack|server)|harness\/(graphql|people|subscribe|sources)/;

test('the end-to-end suite drives the product through the SDKs alone', async () => {
  const names = (await readdir(clients)).filter((name) => name.startsWith('end-to-end'));
  assert.ok(names.length >= 2, names.join());
  for (const name of names) {
    const [found = null] = bypass.exec(await readFile(new URL(name, clients), 'utf8')) ?? [];
    assert.equal(found, null, name);
  }
});
