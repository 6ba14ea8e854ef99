import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedAddressesMax, isAllowed, parseAddresses } from './allowed-addresses.ts';

const parse = (...texts: string[]) => parseAddresses(texts, 'input.allowedAddresses');

test('addresses and networks are kept in one spelling, and each once', () => {
  assert.deepEqual(
    parse('203.0.113.9', ' 203.0.113.9 ', '::ffff:203.0.113.9', '203.0.113.77/24', '203.0.113.0/24', '198.51.100.1/32'),
    ['203.0.113.9', '203.0.113.0/24', '198.51.100.1'],
  );
  assert.deepEqual(
    parse('2001:DB8:0:0::1', '2001:db8::1', '2001:db8:aaaa:bbbb::1/33', '2001:db8::/32', '10.255.0.1/9'),
    ['2001:db8::1', '2001:db8:8000::/33', '2001:db8::/32', '10.128.0.0/9'],
  );
});

test('what is neither is refused, and so is everywhere', () => {
  for (const text of [
    '',
    'localhost',
    '203.0.113',
    '203.0.113.256',
    '203.0.113.0/33',
    '203.0.113.0/-1',
    '203.0.113.0/',
    '203.0.113.0/24/24',
    '203.0.113.0/1e1',
    '0.0.0.0/0',
    '::/0',
    '2001:db8::/129',
    'fe80::1%eth0',
    '0x7f.1',
  ]) {
    assert.throws(() => parse(text), { code: 'INPUT_INVALID', field: 'input.allowedAddresses' }, text);
  }
  const many = Array.from({ length: allowedAddressesMax + 1 }, (_, index) => `10.0.0.${index % 256}`);
  assert.throws(() => parseAddresses(many, 'x'), { code: 'INPUT_INVALID' });
});

test('a list lets in what is on it, from whichever family it seems to come', () => {
  const allowed = parse('203.0.113.0/24', '198.51.100.7', '2001:db8::/32');
  for (const address of ['203.0.113.255', '::ffff:203.0.113.1', '198.51.100.7', '2001:db8:ffff::1', '2001:DB8::1']) {
    assert.ok(isAllowed(address, allowed), address);
  }
  for (const address of ['203.0.114.1', '198.51.100.8', '2001:db9::1', '::1', '127.0.0.1', '', 'nonsense', null]) {
    assert.ok(!isAllowed(address, allowed), String(address));
  }
  assert.ok(isAllowed(null, []), 'no list lets in everybody');
});
