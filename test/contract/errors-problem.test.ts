import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { errorCodes as sidecarCodes } from '@sightline/inference/errors';
import { errorsEn as sidecarEn } from '@sightline/inference/messages/errors.en';
import { errorsEs as sidecarEs } from '@sightline/inference/messages/errors.es';
import { errorCodes } from '@sightline/server/errors/codes';
import { errorsEn } from '@sightline/server/messages/errors.en';
import { errorsEs } from '@sightline/server/messages/errors.es';
import type { Answer } from '../harness/answer.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { startSidecar } from '../inference/sidecar.ts';

type Place = { url: string; codes: Record<string, { status: number; retryable: boolean }> };

let server: TestServer;
let sidecar: Awaited<ReturnType<typeof startSidecar>>;
const places: Record<string, Place> = {};
before(async () => {
  server = await startTestServer();
  sidecar = await startSidecar();
  places['server'] = { url: server.url, codes: errorCodes };
  places['sidecar'] = { url: sidecar.url, codes: sidecarCodes };
});
after(async () => {
  await sidecar[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** What both refuse alike. */
const refused: Record<string, { path: string; init?: RequestInit; code: string }> = {
  'an unknown page': { path: '/nowhere', code: 'NOT_FOUND' },
  'an unknown code': { path: '/errors/NO_SUCH_CODE', code: 'NOT_FOUND' },
  'a name of Object’s': { path: '/errors/constructor', code: 'NOT_FOUND' },
  'another method': { path: '/health/live', init: { method: 'POST' }, code: 'METHOD_NOT_ALLOWED' },
};

for (const place of ['server', 'sidecar']) {
  for (const [what, { path, init, code }] of Object.entries(refused)) {
    test(`${place}: ${what} is told as RFC 9457 asks, and as the graph does`, async () => {
      const { url, codes } = places[place]!;
      const response = await fetch(`${url}${path}`, { ...init, headers: { 'x-request-id': 'trace.1' } });
      const { status, retryable } = codes[code]!;
      assert.equal(response.status, status);
      assert.equal(response.headers.get('content-type'), 'application/problem+json; charset=utf-8');
      assert.equal(response.headers.get('content-language'), 'en');
      assert.equal(response.headers.get('x-request-id'), 'trace.1');
      const { error, ...problem } = (await response.json()) as Answer;
      const { title, hint } = errorsEn[code as keyof typeof errorsEn];
      const detail = problem.detail;
      assert.match(detail, /^[A-Z].*\.$/);
      assert.deepEqual(problem, {
        type: `/errors/${code}`,
        title,
        status,
        detail,
        instance: 'urn:sightline:request:trace.1',
      });
      const docs = `docs/errors.md#${code.toLowerCase()}`;
      assert.deepEqual(error, { code, message: detail, requestId: 'trace.1', hint, retryable, docs });
    });
  }

  test(`${place}: the type of a problem answers with what it means, in both languages`, async () => {
    const { url, codes } = places[place]!;
    const catalogues = place === 'server' ? { en: errorsEn, es: errorsEs } : { en: sidecarEn, es: sidecarEs };
    for (const [code, { status, retryable }] of Object.entries(codes)) {
      for (const [language, catalogue] of Object.entries(catalogues)) {
        const response = await fetch(`${url}/errors/${code}`, { headers: { 'accept-language': language } });
        const text = (catalogue as Record<string, { title: string; hint: string }>)[code];
        const docs = `docs/errors.md#${code.toLowerCase()}`;
        assert.deepEqual(await response.json(), { code, ...text, status, retryable, docs });
        assert.equal(response.headers.get('content-language'), language);
      }
    }
  });

  test(`${place}: who reads Spanish is told in Spanish`, async () => {
    const response = await fetch(`${places[place]!.url}/nowhere`, {
      headers: { 'accept-language': 'es-ES, en;q=0.5' },
    });
    const { title, detail, error } = (await response.json()) as Answer;
    assert.deepEqual([title, error.hint], [errorsEs.NOT_FOUND.title, errorsEs.NOT_FOUND.hint]);
    assert.match(detail, /^(No se ha encontrado|En esta dirección no hay nada)/);
    assert.equal(response.headers.get('content-language'), 'es');
  });
}

test('what both have, both call the same', () => {
  for (const code of Object.keys(sidecarCodes) as (keyof typeof sidecarCodes)[]) {
    if (!(code in errorsEn)) continue;
    const shared = code as keyof typeof errorsEn & typeof code;
    assert.deepEqual(sidecarEn[shared], errorsEn[shared], code);
    assert.deepEqual(sidecarEs[shared], errorsEs[shared], code);
  }
});

test('the sidecar’s own codes have their texts in both languages, with the same names in them', () => {
  const names = (hint: string) => [...hint.matchAll(/`[^`]+`/g)].map(([name]) => name).toSorted();
  for (const code of Object.keys(sidecarCodes) as (keyof typeof sidecarCodes)[]) {
    assert.notEqual(sidecarEn[code].title, sidecarEs[code].title);
    assert.deepEqual(names(sidecarEs[code].hint), names(sidecarEn[code].hint), code);
  }
});

test('the dialects of others keep their own shapes', async () => {
  const { url } = sidecar;
  const deepstack = await fetch(`${url}/v1/vision/detection`, { method: 'POST', body: '{}' });
  const said = (await deepstack.json()) as Answer;
  assert.deepEqual(Object.keys(said).toSorted(), [
    'code',
    'docs',
    'duration',
    'error',
    'hint',
    'requestId',
    'retryable',
    'success',
  ]);
  assert.match(deepstack.headers.get('content-type') ?? '', /^application\/json/);
  const oip = await fetch(`${url}/v2/models/none/infer`, { method: 'POST', body: '{}' });
  assert.deepEqual(Object.keys((await oip.json()) as Answer).toSorted(), [
    'code',
    'docs',
    'error',
    'hint',
    'requestId',
    'retryable',
  ]);
  assert.match(oip.headers.get('content-type') ?? '', /^application\/json/);
});

test('a 401 says how to sign in, a limit when to come back', async () => {
  const response = await fetch(`${server.url}/internal/introspect`, { method: 'POST' });
  assert.equal(response.headers.get('www-authenticate'), 'Bearer');
  assert.equal(((await response.json()) as Answer).error.code, 'UNAUTHENTICATED');
});
