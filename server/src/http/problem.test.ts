import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { registerProblems } from './problem.ts';

test('an answer with a header that cannot be sent becomes a masked error, without the cookies it had', async () => {
  const app = Fastify({ logger: false });
  registerProblems(app);
  app.get('/broken', (_request, reply) =>
    reply.headers({ 'set-cookie': 'a=b', connection: 'close' }).redirect('/x\r\ny', 303),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  try {
    const { port } = app.server.address() as { port: number };
    const answer = await fetch(`http://127.0.0.1:${port}/broken`);
    const text = await answer.text();
    assert.equal(answer.status, 500);
    assert.match(text, /"code":"INTERNAL_SERVER_ERROR"/);
    assert.doesNotMatch(text, /ERR_|header content/);
    assert.equal(answer.headers.get('set-cookie'), null);
    assert.equal(answer.headers.get('connection'), 'close');
  } finally {
    await app.close();
  }
});

test('a path is never read as a pattern of routes', async () => {
  const app = Fastify({ logger: false });
  registerProblems(app);
  app.post('/here', () => ({}));
  const status = async (url: string) => (await app.inject({ method: 'GET', url })).statusCode;
  assert.equal(await status('/here'), 405);
  for (const path of ['/*)', '/:a', '/(', '/a*b', '/:a(']) assert.equal(await status(path), 404, path);
});
