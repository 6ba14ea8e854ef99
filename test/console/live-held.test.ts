import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  filterOfSearch,
  readChosen,
  readEventSearch,
  toggleChosen,
  writeChosen,
} from '../../clients/console/src/components/event-search.ts';
import { waitingBehind } from '../../clients/console/src/pages/live/use-held.ts';

const feed = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_item, index) => ({ cursor: String(from + index) }));

test('what waits behind a held list is counted, and said to be more where some of it is gone', () => {
  assert.deepEqual(waitingBehind(feed(1, 9), '9'), { waiting: 0, isMore: false });
  assert.deepEqual(waitingBehind(feed(1, 12), '9'), { waiting: 3, isMore: false });
  // As numbers, not as text.
  assert.deepEqual(waitingBehind(feed(95, 104), '99'), { waiting: 5, isMore: false });
  assert.deepEqual(waitingBehind(feed(10, 20), '9'), { waiting: 11, isMore: true });
  assert.deepEqual(waitingBehind([], '9'), { waiting: 0, isMore: false });
  assert.deepEqual(waitingBehind(feed(1, 3), undefined), { waiting: 3, isMore: false });
});

test('what is chosen of events goes into an address and comes out of it the same', () => {
  const labels = ['a, b', '100%', '%2C'];
  assert.deepEqual(readChosen(writeChosen(labels)), labels);
  const search = toggleChosen(toggleChosen({}, 'labels', 'red'), 'labels', 'blue');
  assert.deepEqual(search, { labels: 'red,blue' });
  assert.deepEqual(toggleChosen(toggleChosen(search, 'labels', 'red'), 'labels', 'blue'), {});
  assert.deepEqual(filterOfSearch({ labels: 'red', types: 'OBJECT_LEFT', confidence: 70 }), {
    labels: ['red'],
    types: ['OBJECT_LEFT'],
    minConfidence: 0.7,
  });
  assert.equal(filterOfSearch({}), undefined);
});

test('an address that somebody wrote by hand means what of it can mean something', () => {
  assert.deepEqual(readEventSearch({ types: 'OBJECT_LEFT,NOPE', labels: 7, confidence: 70.4, more: 'x' }), {
    labels: '7',
    types: 'OBJECT_LEFT',
    confidence: 70,
  });
  assert.deepEqual(readEventSearch({ types: 'NOPE', labels: '', sources: ['x'], confidence: 'much' }), {});
  assert.deepEqual(readEventSearch({ confidence: 700 }), {});
});
