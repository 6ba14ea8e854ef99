import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export type ServedPage = AsyncDisposable & {
  /** `http://127.0.0.1:<port>`: give it to the server as CORS_ORIGINS. */
  origin: string;
};

const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * One script as a browser would load it: TypeScript that imports packages, bundled and minified. Text that a page does not
 * need is not in it, so its size is what a page pays. Resolves from `test/clients`, or from the project at `from`.
 */
export async function bundle(script: string, { from = root }: { from?: string } = {}): Promise<string> {
  const entry = `${from.replace(/\/$/, '')}/page-entry.ts`;
  const built = await build({
    configFile: false,
    envFile: false,
    logLevel: 'error',
    root: from,
    build: {
      ...{ write: false, target: 'es2022', minify: true, modulePreload: false },
      rollupOptions: { input: entry, preserveEntrySignatures: 'strict', output: { codeSplitting: false } },
    },
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [
      {
        name: 'page-entry',
        resolveId: (id) => (id === entry ? entry : null),
        load: (id) => (id === entry ? script : null),
      },
    ],
  });
  const [{ output } = { output: [] }] = [built].flat() as { output: { type: string; code?: string }[] }[];
  return output.map(({ code = '' }) => code).join('\n');
}

/** Serves an empty page that runs a script as a module, from an origin of its own on this machine. */
export async function servePage(script: string): Promise<ServedPage> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    if (!isScript && request.url !== '/')
      return void response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end();
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' });
    response.end(
      isScript ? script : '<!doctype html><div id="root"></div><script type="module" src="/page.js"></script>',
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
