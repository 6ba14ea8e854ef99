import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventPageInfo } from './event-page-info.ts';

const events = [{ seq: 5n }, { seq: 9n }] as never[];
const page = (from: 'start' | 'end', goOnFrom: bigint | null, of = events) =>
  eventPageInfo({ events: of, hasMore: true, goOnFrom }, { from, after: null, before: null });

test('a page leads on from its last event, and from where its search ended if it was not over', () => {
  const whole = { hasNextPage: true, hasPreviousPage: false, startCursor: '5', endCursor: '9' };
  assert.deepEqual(page('start', null), whole);
  assert.deepEqual(page('start', 8_191n), { ...whole, endCursor: '8191' });
  assert.deepEqual(page('start', 8_191n, []), { ...whole, startCursor: null, endCursor: '8191' });
  const backwards = { hasNextPage: false, hasPreviousPage: true, startCursor: '5', endCursor: '9' };
  assert.deepEqual(page('end', null), backwards);
  assert.deepEqual(page('end', 4n), { ...backwards, startCursor: '4' });
  assert.deepEqual(page('end', 4n, []), { ...backwards, startCursor: '4', endCursor: null });
});
