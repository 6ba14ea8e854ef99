import { createYoga } from 'graphql-yoga';
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { GraphQLSchema } from 'graphql';
import type { Exchange } from './exchange.ts';
import type { Result } from './operations.ts';
import { graphqlType, jsonType, refusalHeaders, statusOf } from './respond.ts';
import type { ResultStream } from './result-stream.ts';

type Answer = Result | ResultStream;
type ServerContext = { answer: Answer };

/**
 * Answers in the less usual forms: multipart, weighted `accept` headers. Yoga negotiates and frames; reading the
 * request, running it and mapping errors are the same code as on the fast path.
 */
export function createYogaAnswers(schema: GraphQLSchema) {
  const yoga = createYoga<ServerContext>({
    schema,
    graphqlEndpoint: '/graphql',
    maskedErrors: false,
    logging: false,
    landingPage: false,
    graphiql: false,
    cors: false,
    multipart: false,
    batching: false,
    maxRequestBodySize: false,
    parserAndValidationCache: false,
    plugins: [
      {
        onRequestParse: ({ setRequestParser }) => setRequestParser(() => ({ query: '{ __typename }' })),
        onParams: ({ setParamsHandler }) =>
          setParamsHandler(async ({ request, context }) => {
            const { answer } = context as unknown as ServerContext; // typed away by the plugin's signature
            return withStatus(answer, request.headers.get('accept'));
          }),
      },
    ],
  });

  return async function respondThroughYoga({ req, res, headers }: Exchange, answer: Answer): Promise<void> {
    // A request of our own making: Yoga would build a URL from a `host` header that anybody can write.
    const accept = req.headers.accept ?? '*/*';
    const response = await yoga.fetch('http://localhost/graphql', { method: 'POST', headers: { accept } }, { answer });
    for (const [name, value] of response.headers) res.setHeader(name, value);
    res.writeHead(response.status, headers);
    await pipe(response.body, res);
  };
}

/** Yoga takes the HTTP status from the extensions of a result and keeps them to itself. */
function withStatus(answer: Answer, accept: string | null) {
  if ('next' in answer) return answer as never;
  const contentType = accept?.includes(jsonType) && !accept.includes(graphqlType) ? jsonType : graphqlType;
  const http = { status: statusOf(answer, contentType), headers: refusalHeaders(answer) };
  return { ...answer, extensions: { ...answer.extensions, http } } as never;
}

/** Writes as fast as the caller reads: while it does not, nothing more is asked of the source. */
async function pipe(body: AsyncIterable<Uint8Array> | null, res: ServerResponse): Promise<void> {
  for await (const chunk of body ?? []) {
    if (res.destroyed) return;
    if (!res.write(chunk)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
  }
  res.end();
}
