import assert from 'node:assert/strict';
import { test } from 'node:test';
import { telling } from 'sightline/sides';

test('a use whose confirmation was lost does not hide the next one', async () => {
  /** As the server: a number of a device that it has counts as told. */
  const counted = new Map<string, string[]>();
  let isLost = false;
  const record = async ({ deviceId, seq, usage }: { deviceId: string; seq: number; usage: { id: string }[] }) => {
    const known = counted.get(deviceId) ?? [];
    if (seq === known.length + 1) counted.set(deviceId, [...known, ...usage.map(({ id }) => id)]);
    if (isLost) throw new Error('The connection is lost.');
  };
  const client = { captures: { record } } as unknown as Parameters<typeof telling>[0]['client'];
  const tell = telling({ client, signal: new AbortController().signal });
  const use = { task: 'detection', model: { name: 'tiny', version: '1', digest: 'sha256:0' } } as const;
  await tell(use);
  isLost = true;
  await assert.rejects(tell(use), /lost/);
  isLost = false;
  await tell(use);
  assert.equal([...counted.values()].flat().length, 3);
});
