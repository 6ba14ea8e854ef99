import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { extname, join } from 'node:path';
import { demoLogin } from '@sightline/db/seed';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { NotFoundError } from '../errors/request-errors.ts';
import { elsewhere } from './problem.ts';
import type { Route } from './routes.ts';

type Deps = {
  config: Pick<Config, 'consoleDirectory' | 'showsDemoLogin' | 'inferencePublicUrl' | 'storage'>;
  publicUrl(): string;
};
type Asked = Pick<FastifyRequest, 'headers' | 'url'> & {
  readonly raw: Pick<IncomingMessage, 'httpVersion' | 'socket'>;
};

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

const ownMachine = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;
const ownAddress = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i;
/** What something in front says, and neither a browser nor our own balancer does. */
const ofProxies = [
  'via',
  'forwarded',
  'x-real-ip',
  'x-forwarded-host',
  'x-forwarded-proto',
  'cf-connecting-ip',
] as const;

const howToBuild = 'The console is not built: run npm run build, or npm start, which does. The API is at /graphql.\n';

/**
 * The console at `/`, and what it loads below `/assets`. Names there carry a hash of what is in them, so browsers keep them for
 * good; the page itself they ask for each time. Any address that is no route of ours is a page of it, for a browser that goes there.
 */
export function registerConsole({ config, publicUrl }: Deps): (app: FastifyInstance, routes: readonly Route[]) => void {
  const directory = config.consoleDirectory;

  return function register(app, routes) {
    /** What is below the first part of a route is for programs, whoever asks. */
    const isTaken = (path: string) =>
      firstOf(path) === 'graphql' || routes.some(({ url }) => firstOf(url) === firstOf(path) && url !== '/');

    const about = { graphql: '/graphql', health: '/health/ready', metrics: '/metrics' };
    app.get('/', async (request, reply) => {
      void reply.header('vary', 'accept, origin');
      if (!wantsPage(request)) return about;
      return directory === null ? reply.send(about) : showPage(request, reply, directory);
    });
    if (directory === null) return;

    app.get('/assets/:file', async (request: FastifyRequest<{ Params: { file: string } }>, reply) => {
      const { file } = request.params;
      const type = types[extname(file)];
      // A name without a slash and with one kind of dots cannot leave the folder.
      if (!type || !/^[\w-][\w.-]*$/.test(file)) throw new NotFoundError('Page', elsewhere);
      const found = await readSmallest(join(directory, 'assets', file), request);
      if (!found) throw new NotFoundError('Page', elsewhere);
      return reply
        .headers({
          'content-type': type,
          'cache-control': 'public, max-age=31536000, immutable',
          vary: 'accept-encoding, origin',
          // Scripts that a page of ours starts as workers are held to what they may do by this.
          'content-security-policy': policy(request),
          ...(found.encoding && { 'content-encoding': found.encoding }),
        })
        .send(found.bytes);
    });

    app.get('/*', async (request, reply) => {
      if (isTaken(request.url) || !wantsPage(request)) return reply.callNotFound();
      return showPage(request, reply, directory);
    });
  };

  async function showPage(request: Asked, reply: FastifyReply, from: string): Promise<FastifyReply> {
    const page = await readFile(join(from, 'index.html'), 'utf8').catch(() => null);
    if (page === null) return reply.type('text/plain; charset=utf-8').send(howToBuild);
    const told = { inferenceUrl: sidecarFor(request), demo: isOwnMachine(request) ? demoLogin : null };
    const content = JSON.stringify(told).replaceAll('&', '&amp;').replaceAll("'", '&#39;').replaceAll('<', '&lt;');
    const text = page.replace('name="sightline" content="{}"', () => `name="sightline" content='${content}'`);
    const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
    void reply.headers({
      'content-security-policy': policy(request),
      'permissions-policy': 'camera=(self), geolocation=(), microphone=()',
      'referrer-policy': 'same-origin',
      // It depends on who asks, and from where.
      'cache-control': 'private, no-cache',
      vary: 'accept, origin',
      etag,
    });
    if (request.headers['if-none-match'] === etag) return reply.status(304).send();
    return reply.type('text/html; charset=utf-8').send(text);
  }

  /** Our own scripts and styles, and none that are written into a page; data from us, the sidecar and where files are kept. */
  function policy(request: Asked): string {
    const { storage } = config;
    const files = new URL(storage.kind === 's3' ? storage.endpoint : publicUrl()).origin;
    const reached = sidecarFor(request);
    const sidecar = reached ? new URL(reached).origin : '';
    return [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "font-src 'self'",
      `img-src 'self' blob: data: ${files}`,
      `media-src 'self' blob: ${files}`,
      `connect-src 'self' ${files} ${sidecar}`.trim(),
      "worker-src 'self'",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ].join('; ');
  }

  /** Cookies go to every port of one host: on this machine the sidecar has the name that the page has. */
  function sidecarFor({ headers }: Asked): string | null {
    const { inferencePublicUrl: address } = config;
    const asked = `http://${headers.host}`;
    // What looks like an address of this machine need not be one: 127.0.0.999 is none.
    if (address === null || !ownMachine.test(headers.host ?? '') || !URL.canParse(asked)) return address;
    const url = new URL(address);
    if (!ownMachine.test(url.host)) return address;
    url.hostname = new URL(asked).hostname;
    return url.href.replace(/\/$/, '');
  }

  /**
   * Whether a browser of this machine asks, by a name that others cannot have made to point here. Something in front may ask for anybody
   * and name us as it reaches us: it says for whom, says that it is there, or speaks HTTP/1.0, which no browser does.
   */
  function isOwnMachine({ headers, raw }: Asked): boolean {
    if (!config.showsDemoLogin || !ownMachine.test(headers.host ?? '') || raw.httpVersion === '1.0') return false;
    if (ofProxies.some((name) => headers[name] !== undefined)) return false;
    const hops = String(headers['x-forwarded-for'] ?? '').split(',');
    const addresses = [raw.socket.remoteAddress ?? '', ...hops.map((hop) => hop.trim()).filter(Boolean)];
    return addresses.every((address) => ownAddress.test(address));
  }
}

const firstOf = (path: string) => path.split(/[/?]/)[1] ?? '';

const wantsPage = ({ headers }: Asked) => headers.accept?.includes('text/html') ?? false;

type Found = { bytes: Buffer; encoding: string | null };

/** The file in the smallest form that the caller reads; null without one. */
async function readSmallest(path: string, { headers }: Asked): Promise<Found | null> {
  const accepted = String(headers['accept-encoding'] ?? '');
  for (const [encoding, ending] of encodings) {
    if (!new RegExp(`\\b${encoding}\\b`).test(accepted)) continue;
    const bytes = await readFile(`${path}${ending}`).catch(() => null);
    if (bytes) return { bytes, encoding };
  }
  const bytes = await readFile(path).catch(() => null);
  return bytes && { bytes, encoding: null };
}
