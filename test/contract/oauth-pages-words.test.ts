import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieNames } from '@sightline/server/http/cookies';
import { pageWords } from '@sightline/server/messages/oauth-pages';
import { signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';

test('pages that let programs and devices in speak the language of the browser', async () => {
  for (const [name, word] of Object.entries(pageWords.EN)) {
    assert.notEqual(pageWords.ES[name as keyof typeof pageWords.ES], word, name);
  }
  await using server = await startTestServer();
  const { token } = await signUp(server, 'owner');
  const page = async (path: string, init: RequestInit = {}, headers: Record<string, string> = {}) => {
    const response = await fetch(server.url + path, { ...init, headers: { 'accept-language': 'es', ...headers } });
    assert.equal(response.headers.get('content-language'), 'es');
    const text = await response.text();
    assert.match(text, /<html lang="es">/);
    for (const word of [pageWords.EN.signIn, pageWords.EN.password, pageWords.EN.noDevice]) {
      assert.ok(!text.includes(word), `${word} is English`);
    }
    return text;
  };
  assert.match(await page('/oauth/device/verify'), /<h1>Iniciar sesión<\/h1>[^]*Contraseña/);
  const cookie = `${cookieNames.access}=${token}`;
  assert.match(await page('/oauth/device/verify?user_code=NONE-SUCH', {}, { cookie }), /Ningún dispositivo espera/);
  const body = new URLSearchParams({
    return_to: '/oauth/device/verify',
    email: 'a@example.com',
    password: 'wrong one',
  });
  const refused = await page('/oauth/sign-in', { method: 'POST', body }, { origin: server.url });
  assert.match(refused, /role="alert">La dirección de correo o la contraseña no es correcta\./);
});
