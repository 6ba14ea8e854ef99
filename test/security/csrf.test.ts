import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { DomainError } from '@sightline/server/errors/domain-error';
import { createCsrf, csrfHeader } from '@sightline/server/http/csrf';
import { createOwnOrigins } from '@sightline/server/http/own-origins';
import { report } from './report.ts';

const isOwnOrigin = createOwnOrigins({
  addresses: ['https://api.example/', 'https://app.example', null],
  allowed: ['https://friend.example'],
});
const csrf = createCsrf({ signingKey: 'a key of at least thirty-two characters', isOwnOrigin });
const signIn = randomUUID();
const good = csrf.tokenFor(signIn);

type Headers = Record<string, string>;
const codeOf = (headers: Headers) => {
  try {
    csrf.requireCsrf({ headers }, signIn);
    return 'passed';
  } catch (error) {
    assert.ok(error instanceof DomainError);
    return error.code;
  }
};

describe('with a cookie, a request counts only if a page of ours sent it', () => {
  let tried = 0;
  let passed = 0;
  after(() => report('cookies of other pages', { tried, passed }));

  const foreign = [
    'https://evil.example',
    'null',
    'http://api.example',
    'https://api.example:1',
    'https://api.example.evil',
  ];
  const tokens: Record<string, string | undefined> = {
    none: undefined,
    empty: '',
    'of another sign-in': csrf.tokenFor(randomUUID()),
    'of another key': createCsrf({ signingKey: 'another key of thirty-two characters', isOwnOrigin }).tokenFor(signIn),
    'cut short': good.slice(0, -2),
    'with more behind it': `${good}AA`,
    'the sign-in itself': signIn,
    'changed in one place': (good.startsWith('A') ? 'B' : 'A') + good.slice(1),
    twice: `${good}, ${good}`,
  };
  const refuse = (name: string, headers: Headers, code: string) =>
    test(name, () => {
      tried += 1;
      const outcome = codeOf(headers);
      if (outcome === 'passed') passed += 1;
      assert.equal(outcome, code);
    });

  for (const origin of foreign) {
    refuse(`from ${origin}, though it has the token`, { origin, [csrfHeader]: good }, 'ORIGIN_REFUSED');
    refuse(`from ${origin}`, { origin }, 'ORIGIN_REFUSED');
  }
  for (const [name, token] of Object.entries(tokens)) {
    const headers = { origin: 'https://app.example', ...(token !== undefined && { [csrfHeader]: token }) };
    refuse(`with a token: ${name}`, headers, 'CSRF_REFUSED');
    refuse(`with a token and no origin: ${name}`, { ...headers, origin: undefined! }, 'CSRF_REFUSED');
  }
  refuse(
    'from a page that does not say which, of another site',
    { 'sec-fetch-site': 'cross-site', [csrfHeader]: good },
    'ORIGIN_REFUSED',
  );
  refuse(
    'from a name that was made to point to us',
    { host: 'rebound.example', origin: 'http://rebound.example', [csrfHeader]: good },
    'ORIGIN_REFUSED',
  );

  test('our own pages and those on the list pass, and so does what is no page', () => {
    for (const origin of ['https://api.example', 'https://app.example', 'https://friend.example'])
      assert.equal(codeOf({ origin, [csrfHeader]: good }), 'passed');
    assert.equal(codeOf({ [csrfHeader]: good }), 'passed');
    assert.equal(codeOf({ host: '127.0.0.1:4000', origin: 'http://127.0.0.1:4000', [csrfHeader]: good }), 'passed');
  });
});
