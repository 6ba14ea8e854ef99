import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGraphqlHttp } from '@sightline/server/http/graphql/graphql-http';
import { createLogger } from '@sightline/server/infra/logger';
import { execute, parse, validate } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { serveSubject } from '../lib/serve-subject.ts';
import { createListSchema } from './list-schema.ts';

/** Every way to serve the same schema; each resolves with the address of its endpoint. */
const servers: Record<string, (schema: GraphQLSchema) => Promise<string>> = {
  bare: (schema) => listen(createServer(bare(schema))),
  sightline: (schema) => listen(createServer(sightline(schema))),
  'sightline, not compiled': (schema) => listen(createServer(sightline(schema, () => false))),
  async yoga(schema) {
    const { createYoga } = await import('graphql-yoga');
    return listen(createServer(createYoga({ schema, logging: false })));
  },
  mercurius: (schema) => mercurius(schema, 0),
  'mercurius, compiled': (schema) => mercurius(schema, 1),
  async apollo(schema) {
    const { ApolloServer } = await import('@apollo/server');
    const { startStandaloneServer } = await import('@apollo/server/standalone');
    const { url } = await startStandaloneServer(new ApolloServer({ schema }), {
      listen: { host: '127.0.0.1', port: 0 },
    });
    return url;
  },
};

/** graphql-js on node:http with documents parsed and validated once: the least one can do. */
function bare(schema: GraphQLSchema): RequestListener {
  const documents = new Map<string, DocumentNode>();
  return async (req, res) => {
    const { query, variables } = JSON.parse(await readText(req)) as {
      query: string;
      variables?: Record<string, unknown>;
    };
    let document = documents.get(query);
    if (!document) {
      document = parse(query);
      if (validate(schema, document).length > 0) throw new Error('The query of the bench is not valid');
      documents.set(query, document);
    }
    const text = JSON.stringify(await execute({ schema, document, variableValues: variables }));
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    res.end(text);
  };
}

/** Our whole HTTP path: limits, request ids, error mapping, cost, metrics. */
function sightline(schema: GraphQLSchema, canCompile?: () => boolean): RequestListener {
  const graphql = createGraphqlHttp({
    schema,
    contextFor: async ({ requestId }) => ({ requestId }),
    log: createLogger('info', { write: () => undefined }),
    ...(canCompile && { canCompile }),
  });
  return graphql.handle;
}

async function mercurius(schema: GraphQLSchema, jit: number): Promise<string> {
  const { default: Fastify } = await import('fastify');
  const { default: plugin } = await import('mercurius');
  const app = Fastify();
  await app.register(plugin, { schema, jit });
  return `${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`;
}

function readText(req: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    req.setEncoding('utf8');
    req.on('data', (chunk) => (text += chunk));
    req.on('end', () => resolve(text));
  });
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`));
  });
}

serveSubject(servers[process.argv[2] ?? '']!(createListSchema()));
