import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asFractions } from './run-events.ts';

const frame = { width: 200, height: 100 };

test('a box in pixels becomes fractions of its frame', () => {
  assert.deepEqual(asFractions({ x: 50, y: 25, width: 100, height: 50 }, frame), {
    x: 0.25,
    y: 0.25,
    width: 0.5,
    height: 0.5,
  });
});

test('a box that reaches out of the frame is cut to it', () => {
  assert.deepEqual(asFractions({ x: -20, y: 50, width: 500, height: 500 }, frame), {
    x: 0,
    y: 0.5,
    width: 1,
    height: 0.5,
  });
});

test('a box wholly outside has no size, and nothing is negative', () => {
  assert.deepEqual(asFractions({ x: 300, y: -50, width: 10, height: 10 }, frame), { x: 1, y: 0, width: 0, height: 0 });
});
