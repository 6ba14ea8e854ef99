import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 as nodeCrc32 } from 'node:zlib';
import {
  barsOf,
  readEventsSearch,
  spanOf,
  stepOf,
  withRange,
} from '../../clients/console/src/pages/events/event-range.ts';
import { crc32, zip } from '../../clients/console/src/pages/events/zip.ts';
import { readZip } from './read-zip.ts';

// Whoever looks is where the clocks change.
process.env['TZ'] = 'Europe/Madrid';

test('an archive has every file as it was, with the name it was given', async () => {
  const files = [
    { name: 'event.json', bytes: new TextEncoder().encode('{"a":1}\n') },
    { name: 'año.bin', bytes: Uint8Array.from({ length: 70_000 }, (_byte, index) => index % 251) },
    { name: 'empty', bytes: new Uint8Array(0) },
  ];
  const blob = zip(files, new Date('2028-03-01T11:22:34Z'));
  assert.equal(blob.type, 'application/zip');
  const read = readZip(Buffer.from(await blob.arrayBuffer()));
  assert.deepEqual([...read.keys()], ['event.json', 'año.bin', 'empty']);
  for (const { name, bytes } of files) assert.deepEqual(new Uint8Array(read.get(name)!), bytes, name);
});

test('checksums are those of everybody else', () => {
  for (const text of ['', 'a', '123456789', 'ñandú'.repeat(1_000)])
    assert.equal(crc32(new TextEncoder().encode(text)), nodeCrc32(text));
});

test('the time that is looked at is cut into bars, of days as they are where somebody lives', () => {
  const now = new Date('2028-03-28T10:20:30Z');
  const day = spanOf({}, now);
  assert.deepEqual(
    [day.from.toISOString(), day.to.toISOString()],
    ['2028-03-27T10:21:00.000Z', '2028-03-28T10:21:00.000Z'],
  );
  assert.equal(stepOf(day), 'hour');
  assert.equal(barsOf(day, 'hour', []).length, 25);
  assert.equal(stepOf(spanOf({ range: 'hour' }, now)), 'minute');
  assert.equal(barsOf(spanOf({ range: 'hour' }, now), 'minute', []).length, 60);

  // The day on which clocks go forward, 26 March 2028, has 23 hours.
  const week = spanOf({ range: 'week' }, now);
  assert.equal(stepOf(week), 'day');
  const bars = barsOf(week, 'day', [
    { startsAt: '2028-03-25T22:00:00.000Z', eventCount: 1 },
    { startsAt: '2028-03-25T23:00:00.000Z', eventCount: 2 },
    { startsAt: '2028-03-26T21:00:00.000Z', eventCount: 4 },
    { startsAt: '2028-03-26T22:00:00.000Z', eventCount: 8 },
  ]);
  const on = (date: string) => bars.find(({ from }) => from.toISOString() === date);
  assert.equal(on('2028-03-24T23:00:00.000Z')?.count, 1);
  assert.equal(on('2028-03-25T23:00:00.000Z')?.count, 6);
  assert.equal(on('2028-03-25T23:00:00.000Z')?.to.toISOString(), '2028-03-26T22:00:00.000Z');
  assert.equal(on('2028-03-26T22:00:00.000Z')?.count, 8);
  // One joins the next, and nothing beyond what is looked at is in them.
  assert.deepEqual([bars[0]?.from, bars.at(-1)?.to], [week.from, week.to]);
  for (const [index, { to }] of bars.slice(0, -1).entries()) assert.deepEqual(to, bars[index + 1]?.from);
});

test('a time in an address is one that can be looked at', () => {
  const [from, to] = ['2028-03-01T00:00:00.000Z', '2028-03-02T00:00:00.000Z'];
  assert.deepEqual(readEventsSearch({ from, to, range: 'week', labels: 'red' }), { from, to, labels: 'red' });
  assert.deepEqual(readEventsSearch({ from: to, to: from, range: 'week' }), { range: 'week' });
  assert.deepEqual(readEventsSearch({ from: '1970-01-01', to }), {});
  assert.deepEqual(readEventsSearch({ range: 'century', from: 'x', to: 3 }), {});
  const part = withRange({ labels: 'red', range: 'week' }, { from: new Date(from), to: new Date(to) });
  assert.deepEqual(part, { labels: 'red', from, to });
  assert.deepEqual(withRange(part, 'day'), { labels: 'red' });
  assert.deepEqual(withRange(part, 'month'), { labels: 'red', range: 'month' });
});
