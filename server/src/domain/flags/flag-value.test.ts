import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { isAmong, isFlagName, isOnFor, parseFlagValue, printFlagValue, variableOf } from './flag-value.ts';

const organizations = Array.from({ length: 10_000 }, () => randomUUID());

test('a share is so many of a hundred, the same ones each time, and other ones for another flag', () => {
  const among = (percentage: number, name: string) => organizations.filter((id) => isAmong(percentage, name, id));
  const thirty = among(30, 'new-dashboard');
  assert.ok(Math.abs(thirty.length - 3_000) < 300, String(thirty.length));
  assert.deepEqual(among(30, 'new-dashboard'), thirty);
  const forty = new Set(among(40, 'new-dashboard'));
  assert.ok(thirty.every((id) => forty.has(id)));
  const both = among(30, 'other-flag').filter((id) => thirty.includes(id)).length;
  assert.ok(Math.abs(both - 900) < 200, String(both));
  assert.equal(among(0, 'new-dashboard').length, 0);
  assert.equal(among(100, 'new-dashboard').length, organizations.length);
  assert.deepEqual([isAmong(99, 'x', null), isAmong(100, 'x', null)], [false, true]);
});

test('what an organization has been given does not change from one release to the next', () => {
  const ids = [1, 2, 3, 4, 5, 6].map((digit) => `00000000-0000-0000-0000-00000000000${digit}`);
  assert.deepEqual(
    ids.map((id) => isAmong(50, 'new-dashboard', id)),
    [false, true, true, true, false, false],
  );
});

test('names, variables and values read as they print, and nothing else does', () => {
  assert.equal(variableOf('new-dashboard'), 'FEATURE_NEW_DASHBOARD');
  assert.deepEqual(['new-dashboard', 'a1', 'A', 'a_b', '-a', 'a-', '', 'a'.repeat(65)].map(isFlagName), [
    true,
    true,
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
  for (const text of ['on', 'off', '0%', '30%', '100%']) {
    assert.equal(printFlagValue(parseFlagValue(text) ?? assert.fail(text)), text);
  }
  for (const text of ['', 'On', '101%', '-1%', '1.5%', '30', 'true']) assert.equal(parseFlagValue(text), null);
  assert.equal(isOnFor('x', { isOn: true, percentage: null }, null), true);
});
