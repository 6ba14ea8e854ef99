import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, recallAt } from './evaluate.ts';
import type { Drawn, Seen } from './evaluate.ts';

const boxAt = (x: number, width = 10) => ({ x, y: 0, width, height: 10 });
const drawn = (x: number, label = 'cat'): Drawn => ({ label, box: boxAt(x), isIgnored: false });
const seen = (x: number, confidence: number, label = 'cat'): Seen => ({ label, confidence, box: boxAt(x) });
const crowd: Drawn = { label: 'cat', box: { x: 100, y: 0, width: 500, height: 10 }, isIgnored: true };
const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} instead of ${expected}`);

test('finding everything exactly is 1, finding nothing 0', () => {
  const objects = [drawn(0), drawn(20), drawn(0, 'dog')];
  const perfect = evaluate([{ drawn: objects, seen: [seen(0, 0.9), seen(20, 0.8), seen(0, 0.7, 'dog')] }]);
  assert.deepEqual([perfect.ap50, perfect.ap, perfect.objectCount], [1, 1, 3]);
  assert.deepEqual(perfect.classes, [
    { label: 'cat', objectCount: 2, ap50: 1, ap: 1 },
    { label: 'dog', objectCount: 1, ap50: 1, ap: 1 },
  ]);
  assert.equal(evaluate([{ drawn: objects, seen: [] }]).ap, 0);
});

test('a false box costs precision only where it is surer than the hits', () => {
  near(evaluate([{ drawn: [drawn(0)], seen: [seen(50, 0.5), seen(0, 0.9)] }]).ap50, 1);
  near(evaluate([{ drawn: [drawn(0)], seen: [seen(50, 0.95), seen(0, 0.9)] }]).ap50, 1 / 2);
});

test('recalls that are not reached count as 0, and a dip is filled from beyond it', () => {
  // Of 101 recalls, 0 to 0.5 are 51.
  near(evaluate([{ drawn: [drawn(0), drawn(20)], seen: [seen(0, 0.9)] }]).ap50, 51 / 101);
  const dip = [seen(0, 0.9), seen(90, 0.8), seen(20, 0.7)];
  near(evaluate([{ drawn: [drawn(0), drawn(20)], seen: dip }]).ap50, (51 + (50 * 2) / 3) / 101);
});

test('a recall that is reached exactly counts', () => {
  const objects = Array.from({ length: 100 }, (_, index) => drawn(index * 20));
  near(evaluate([{ drawn: objects, seen: objects.slice(0, 7).map(({ box }) => seen(box.x, 0.5)) }]).ap50, 8 / 101);
});

test('a second box on an object is a false one', () => {
  const twice = [seen(0, 0.9), seen(1, 0.8), seen(20, 0.7)];
  near(evaluate([{ drawn: [drawn(0), drawn(20)], seen: twice }]).ap50, (51 + (50 * 2) / 3) / 101);
});

test('the right place under a wrong name finds nothing', () => {
  const { ap50, classes } = evaluate([{ drawn: [drawn(0)], seen: [seen(0, 0.9, 'dog')] }]);
  assert.equal(ap50, 0);
  assert.deepEqual(
    classes.map(({ label }) => label),
    ['cat'],
  );
});

test('a box that is off counts at the thresholds it reaches', () => {
  // 10 wide, 2 off: 8 shared of 12, so 0.5, 0.55, 0.6 and 0.65 of the ten.
  const { ap50, ap } = evaluate([{ drawn: [drawn(0)], seen: [seen(2, 0.9)] }]);
  near(ap50, 1);
  near(ap, 0.4);
});

test('boxes in a crowd are neither hits nor mistakes, however many', () => {
  const among = [seen(100, 0.99), seen(150, 0.98), seen(400, 0.97), seen(0, 0.5)];
  const { ap, objectCount } = evaluate([{ drawn: [crowd, drawn(0)], seen: among }]);
  assert.deepEqual([ap, objectCount], [1, 1]);
});

test('an object in a crowd is preferred to the crowd', () => {
  const { ap } = evaluate([{ drawn: [crowd, drawn(200)], seen: [seen(200, 0.9)] }]);
  assert.equal(ap, 1);
});

test('a class of which there is only a crowd has no score', () => {
  const { ap, classes } = evaluate([{ drawn: [crowd], seen: [seen(100, 0.9)] }]);
  assert.deepEqual([ap, classes], [Number.NaN, []]);
});

test('of equally sure boxes those of the earlier picture come first', () => {
  const hit = { drawn: [drawn(0)], seen: [seen(0, 0.5)] };
  const mistake = { drawn: [], seen: [seen(0, 0.5)] };
  near(evaluate([hit, mistake]).ap50, 1);
  near(evaluate([mistake, hit]).ap50, 1 / 2);
});

test('an object belongs to the box that is surest, not to the one that fits best', () => {
  const { ap } = evaluate([{ drawn: [drawn(0)], seen: [seen(0, 0.8), seen(2, 0.9)] }]);
  // The better box is the only one from 0.7 on, and second there.
  near(ap, (4 + 6 / 2) / 10);
});

test('the hundred surest boxes of a picture count, whatever their class', () => {
  const noise = Array.from({ length: 99 }, (_, index) => seen(index * 20, 0.9, 'dog'));
  near(evaluate([{ drawn: [drawn(0)], seen: [seen(0, 0.5), ...noise] }]).ap50, 1);
  near(evaluate([{ drawn: [drawn(0)], seen: [seen(0, 0.5), ...noise, seen(0, 0.9, 'dog')] }]).ap50, 0);
});

test('recall counts required objects found by boxes at least as sure', () => {
  const pictures = [
    { drawn: [drawn(0), drawn(20), crowd], seen: [seen(0, 0.4), seen(20, 0.39), seen(120, 0.9), seen(0, 0.4)] },
    { drawn: [drawn(0, 'dog')], seen: [seen(0, 0.9, 'dog')] },
  ];
  near(recallAt(pictures, 0.4), 2 / 3);
  near(recallAt(pictures, 0.3), 1);
});
