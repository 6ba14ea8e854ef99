import type { FastifyInstance } from 'fastify';

const links = {
  predict: 'POST /predict',
  analyze: 'POST /analyze/frame',
  redact: 'POST /redact',
  embed: 'POST /embed',
  deepstack: 'POST /v1/vision/detection',
  oip: 'GET /v2',
  models: 'GET /models',
  docs: 'GET /docs',
  openapi: 'GET /openapi.json',
  live: 'GET /health/live',
  ready: 'GET /health/ready',
  metrics: 'GET /metrics',
};

/** `GET /`: what there is, for people as links and for programs as JSON. */
export function registerIndex(app: FastifyInstance, version: string): void {
  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    void reply.header('vary', 'accept');
    if (!request.headers.accept?.includes('text/html')) return { name: 'sightline-inference', version, links };
    const rows = Object.values(links).map((link) => {
      const [method, path] = link.split(' ');
      return method === 'GET' ? `<li><a href="${path}">${path}</a></li>` : `<li>${link}</li>`;
    });
    const title = 'Sightline inference';
    return reply
      .type('text/html; charset=utf-8')
      .send(
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>` +
          `<body style="font:16px/1.6 system-ui;margin:3rem"><h1>${title} ${version}</h1><ul>${rows.join('')}</ul></body></html>`,
      );
  });
}
