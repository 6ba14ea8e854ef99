import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '@sightline/core';
import { pictureOf } from '../../clients/console/src/components/picture-of.ts';

const seen = (trackNumber: number | null, session: string, url: string | null) =>
  ({ trackNumber, session: { id: session }, snapshot: url === null ? null : { url } }) as unknown as Event;

test('what left is shown as it was seen last: the same object of the same session, and not for ever', () => {
  const earlier = [seen(2, 'a', 'other'), null, seen(1, 'b', 'elsewhere'), seen(1, 'a', 'last'), seen(1, 'a', 'first')];
  const before = (steps: number) => earlier[steps - 1];
  assert.equal(pictureOf(seen(1, 'a', 'own'), before), 'own');
  assert.equal(pictureOf(seen(1, 'a', null), before), 'last');
  assert.equal(pictureOf(seen(3, 'a', null), before), null);
  assert.equal(pictureOf(seen(null, 'a', null), before), null);
  let asked = 0;
  const nothing = () => {
    asked += 1;
    return null;
  };
  assert.equal(pictureOf(seen(1, 'a', null), nothing), null);
  assert.equal(asked, 500);
});
