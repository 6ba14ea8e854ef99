import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { writtenTypes } from '../pictures/render.ts';
import { pictureTypes } from '../vision/sniff.ts';
import { confidenceMinDefault } from './read-deepstack-form.ts';

const docsPolicy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'self'",
  "frame-ancestors 'self'",
].join('; ');

/** Describes the routes that are registered after it, at `/openapi.json` and, for people, at `/docs`. */
export async function registerOpenapi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sightline inference',
        version,
        description:
          'Says what is in pictures and texts. Authenticate with an API key of an organization, or with the local token that ' +
          'the sidecar prints when it runs alone.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      // Relative: the document is right wherever the sidecar is reached.
      servers: [{ url: '/' }],
      tags: [
        { name: 'Prediction', description: 'Pictures and texts in; objects, classes, vectors and safer pictures out' },
        { name: 'Models', description: 'What is loaded' },
        { name: 'Health', description: 'For supervisors and monitoring' },
      ],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withPictureBodies(jsonSchemaTransformObject(document)),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { docExpansion: 'list', deepLinking: true, tryItOutEnabled: true, persistAuthorization: true },
    theme: { title: 'Sightline inference' },
    // Nothing on the page comes from elsewhere, and nothing may. The library's own policy would also turn every
    // address into https, which leaves the page blank wherever there is none.
    staticCSP: docsPolicy,
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

type OpenapiDocument = ReturnType<typeof jsonSchemaTransformObject>;

type Operation = {
  requestBody?: object;
  responses?: Answers;
};
type Answers = Record<string, { description?: string; headers?: object; content?: Record<string, object> }>;

const fileSchema = { type: 'string', contentMediaType: 'application/octet-stream' };

/** Answers that are pictures. */
function addPictures(operation: Operation | undefined, types: readonly string[], headers: object): void {
  if (!operation) return;
  const known = operation.responses?.['200'];
  operation.responses = {
    ...operation.responses,
    '200': {
      description: 'The picture.',
      ...known,
      headers,
      content: { ...jsonOf(known), ...Object.fromEntries(types.map((type) => [type, { schema: fileSchema }])) },
    },
  };
}

/** What the route's schema says of JSON; nothing where it says nothing. */
function jsonOf(answer: Answers[string] | undefined): Answers[string]['content'] {
  const isSaid = JSON.stringify(answer?.content).includes('$ref');
  return isSaid ? answer?.content : {};
}

/** Bodies that a route's schema cannot say: pictures, by themselves and in forms. */
function withPictureBodies(document: OpenapiDocument): OpenapiDocument {
  // Two versions of the OpenAPI types meet here; only the paths and their bodies matter.
  const { paths } = document as { paths?: Record<string, { post?: Operation }> };
  const picture = {
    ...Object.fromEntries([...pictureTypes, 'application/octet-stream'].map((type) => [type, {}])),
    'multipart/form-data': { schema: { type: 'object', required: ['file'], properties: { file: fileSchema } } },
    'application/json': { schema: { $ref: '#/components/schemas/PictureInJsonInput' } },
  };
  const deepstackForm = {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['image'],
        properties: {
          // First, so that a key is known before the picture arrives.
          api_key: { type: 'string', description: 'Instead of the header.' },
          min_confidence: { type: 'number', minimum: 0, maximum: 1, default: confidenceMinDefault },
          image: fileSchema,
        },
      },
    },
  };
  const bodies: Record<string, object> = {
    '/predict': picture,
    '/predict/{model}': picture,
    '/predict/{model}/versions/{version}': picture,
    '/analyze/frame': picture,
    '/redact': picture,
    '/v1/vision/detection': deepstackForm,
    '/v1/vision/custom/{model}': deepstackForm,
  };
  for (const [path, content] of Object.entries(bodies)) {
    const operation = paths?.[path]?.post;
    if (operation) operation.requestBody = { required: true, content };
  }
  const cacheHeader = { 'x-cache': { description: '`hit` or `miss`.', schema: { enum: ['hit', 'miss'] } } };
  const countHeader = { description: 'How much was found and hidden.', schema: { type: 'integer', minimum: 0 } };
  addPictures(paths?.['/analyze/frame']?.post, ['image/jpeg', 'image/png'], cacheHeader);
  addPictures(paths?.['/redact']?.post, writtenTypes, { 'x-redactions': countHeader, ...cacheHeader });
  return document;
}
