import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { base32, matchingStep, totpCode, totpStep, totpUri } from './totp.ts';

/** Appendix B of RFC 6238; its seeds for SHA-256 and SHA-512 are the same digits, repeated to the size of the hash. */
const seed = (bytes: number) => Buffer.from('1234567890'.repeat(7).slice(0, bytes));
const vectors: [seconds: number, sha1: string, sha256: string, sha512: string][] = [
  [59, '94287082', '46119246', '90693936'],
  [1_111_111_109, '07081804', '68084774', '25091201'],
  [1_111_111_111, '14050471', '67062674', '99943326'],
  [1_234_567_890, '89005924', '91819424', '93441116'],
  [2_000_000_000, '69279037', '90698825', '38618901'],
  [20_000_000_000, '65353130', '77737706', '47863826'],
];

describe('codes of authenticator apps', () => {
  for (const [seconds, sha1, sha256, sha512] of vectors) {
    test(`are those of RFC 6238 at ${seconds} s`, () => {
      const step = totpStep(new Date(seconds * 1000));
      const digits = 8;
      assert.equal(totpCode(seed(20), step, { digits }), sha1);
      assert.equal(totpCode(seed(32), step, { algorithm: 'sha256', digits }), sha256);
      assert.equal(totpCode(seed(64), step, { algorithm: 'sha512', digits }), sha512);
    });
  }

  test('count for their own step and its neighbours, and no other', () => {
    const now = new Date(1_700_000_015_000);
    const present = totpStep(now);
    const secret = seed(20);
    for (let step = present - 5; step <= present + 5; step += 1) {
      const expected = Math.abs(step - present) <= 1 ? step : null;
      assert.equal(matchingStep(secret, totpCode(secret, step), now), expected);
    }
    for (const code of ['', '1', '0000000', 'abcdef', '١٢٣٤٥٦']) assert.equal(matchingStep(secret, code, now), null);
  });

  test('keep their leading zeros', () => {
    const step = Array.from({ length: 200 }, (_, index) => index).find((each) => totpCode(seed(20), each)[0] === '0');
    assert.ok(step !== undefined);
    assert.equal(totpCode(seed(20), step).length, 6);
  });
});

test('secrets are written as RFC 4648 says', () => {
  const words = ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => base32(Buffer.from(text)));
  assert.deepEqual(words, ['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI']);
});

test('the address for apps escapes what people are called', () => {
  const uri = new URL(totpUri({ secret: seed(20), account: 'a+b?c@example.com', issuer: 'Sight line' }));
  assert.equal(uri.protocol, 'otpauth:');
  assert.equal(decodeURIComponent(uri.pathname), '/Sight line:a+b?c@example.com');
  assert.equal(uri.searchParams.get('secret'), 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  assert.equal(uri.searchParams.get('issuer'), 'Sight line');
});
