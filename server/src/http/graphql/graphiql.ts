import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Exchange } from './exchange.ts';

type Page = { plain: Buffer; gzip: Buffer; headers: Record<string, string> };

const firstQuery = `# Whoever is signed in to the console is so here, too.
# Others put a key or a token into “Headers” below:
#   { "authorization": "Bearer …" }
query Viewer {
  viewer {
    user {
      name
    }
    organization {
      name
    }
  }
}
`;

/**
 * Lets the page act for whoever is signed in to the console by the same browser, as the console does: it asks who that is, renews what is
 * about to end, and shows with each request that it could read the answer. A header that somebody wrote themselves goes before.
 */
const asWhoIsSignedIn = `(() => {
  const send = window.fetch.bind(window);
  const soonSeconds = 30;
  const told = async (path, init) => {
    const answer = await send('/session' + path, init);
    return answer.ok ? answer.json() : { csrfToken: null };
  };
  let asking = null;
  const look = async () => {
    const { csrfToken, expiresInSeconds } = await told('', {});
    if (csrfToken === null || expiresInSeconds > soonSeconds) return csrfToken;
    const renewed = await told('/refresh', { method: 'POST', headers: { 'x-csrf-token': csrfToken } });
    return renewed.csrfToken;
  };
  const tokenNow = () => (asking ??= look().catch(() => null).finally(() => (asking = null)));
  window.fetch = async (input, init = {}) => {
    const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
    const token = headers.has('authorization') ? null : await tokenNow();
    if (token) headers.set('x-csrf-token', token);
    return send(input, { ...init, headers });
  };
})();`;

/** The GraphiQL page. Everything is inside it, so it works without internet; made on first use, as it has 9 MB. */
export function createGraphiql() {
  let page: Promise<Page> | undefined;

  return async function respondWithPage({ req, res, headers }: Exchange): Promise<void> {
    const { plain, gzip, headers: pageHeaders } = await (page ??= render());
    const isSame = req.headers['if-none-match'] === pageHeaders.etag;
    const isGzip = /\bgzip\b/.test(req.headers['accept-encoding'] ?? '');
    const body = isGzip ? gzip : plain;
    res.writeHead(isSame ? 304 : 200, {
      ...headers,
      ...pageHeaders,
      vary: 'accept, accept-encoding',
      ...(!isSame && { 'content-length': body.length }),
      ...(!isSame && isGzip && { 'content-encoding': 'gzip' }),
    });
    res.end(isSame ? undefined : body);
  };
}

async function render(): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({
    title: 'Sightline GraphiQL',
    favicon: 'data:,',
    defaultQuery: firstQuery,
    isHeadersEditorEnabled: true,
    defaultEditorToolsVisibility: 'headers',
    subscriptionsProtocol: 'SSE', // unlike a WebSocket it carries what is in the headers editor
  });
  // In one script with the page's own, which has to find it in place.
  const html = page.replace('<script>', () => `<script>\n${asWhoIsSignedIn}\n`);
  const plain = Buffer.from(html);
  const script = /<script>([\s\S]*)<\/script>/.exec(html)?.[1] ?? '';
  return {
    plain,
    gzip: gzipSync(plain),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policyFor(script),
      'cache-control': 'no-cache',
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    },
  };
}

/** Only the page's own script runs, and it reaches nobody but us. Editor workers come from blobs. */
function policyFor(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
