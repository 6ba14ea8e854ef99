import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isApiKey, newApiKey, shownPrefixOf } from './key-shape.ts';

test('a key carries prefix and checksum, and none is given twice', () => {
  const keys = Array.from({ length: 100 }, newApiKey);
  assert.equal(new Set(keys).size, 100);
  for (const key of keys) {
    assert.match(key, /^slk_[\w-]{43}[A-Za-z0-9]{6}$/);
    assert.ok(isApiKey(key));
    assert.equal(shownPrefixOf(key), key.slice(0, 10));
  }
});

test('the checksum is CRC-32 in base 62, so that scanners of others can check it', () => {
  const secret = `slk_${'A'.repeat(43)}`;
  // CRC-32 of these 47 characters is 0x5e00542f by any other program that knows it.
  assert.ok(isApiKey(`${secret}1ijGVr`));
});

test('any one wrong, missing, doubled or swapped character is told from a key', () => {
  const key = newApiKey();
  for (let at = 0; at < key.length; at += 1) {
    const other = key[at] === 'x' ? 'y' : 'x';
    assert.ok(!isApiKey(key.slice(0, at) + other + key.slice(at + 1)), `changed at ${at}`);
    assert.ok(!isApiKey(key.slice(0, at) + key.slice(at + 1)), `missing at ${at}`);
    assert.ok(!isApiKey(key.slice(0, at) + key[at] + key.slice(at)), `doubled at ${at}`);
    if (at > 3 && key[at] !== key[at - 1]) {
      assert.ok(!isApiKey(key.slice(0, at - 1) + key[at] + key[at - 1] + key.slice(at + 1)), `swapped at ${at}`);
    }
  }
  for (const text of ['', 'slk_', `${key}\n`, ` ${key}`, key.toUpperCase(), key.repeat(2)]) assert.ok(!isApiKey(text));
});

test('a key from before there was a checksum goes on', () => {
  assert.ok(isApiKey(newApiKey().slice(0, 47)));
});
