import { fastify } from 'fastify';
import { serveSubject } from '../lib/serve-subject.ts';

/*
 * The least that Fastify can do: it takes a body as bytes and answers as many as it was told to. In a process of its own.
 */

const answer = Buffer.alloc(Number(process.argv[2]));
const app = fastify({ bodyLimit: 64 * 1024 * 1024 });
app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/*', async (_request, reply) => reply.type('application/octet-stream').send(answer));
serveSubject(app.listen({ host: '127.0.0.1', port: 0 }));
