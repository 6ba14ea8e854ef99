/** What the server says of these keys. */
const keys: Record<string, object> = {
  member: {},
  'without-permission': { permissions: [] },
  hasty: { limits: { organization: null, key: 1 } },
  'used-up': { organizationId: 'used-up', hardQuota: true },
};

const active = { active: true, organizationId: 'one', permissions: ['inference:use'], expiresAt: null };
const quota = { isMetered: true, granted: 0, left: 0, limit: 5, resetsAt: '2030-01-01T00:00:00Z', resetsInMs: 60_000 };

/** The server, as far as a sidecar asks it who somebody is and what they may use. `unsure` is a key that it fails at. */
export const answerAsServer: typeof fetch = async (url, init) => {
  const path = new URL(String(url)).pathname;
  const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : {};
  if (path === '/internal/introspect') {
    const token = String(body['token']);
    if (token === 'unsure') throw new TypeError('fetch failed');
    if (token === 'elsewhere') return Response.json({ active: false, reason: 'KEY_ADDRESS_REFUSED' });
    const said = keys[token];
    return Response.json(said ? { ...active, credentialId: token, ...said } : { active: false });
  }
  if (path === '/internal/quota') return Response.json(quota);
  if (path === '/internal/usage') return Response.json({ recorded: (body['records'] as unknown[]).length });
  if (path === '/internal/quota/return') return Response.json({});
  return silence(init?.signal ?? null);
};

/** Nothing ends: a stream on which nothing comes until its reader leaves. */
function silence(signal: AbortSignal | null): Response {
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{}\n'));
      signal?.addEventListener('abort', () => controller.error(signal.reason));
    },
  });
  return new Response(stream);
}
