import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';

type Operation = {
  summary?: string;
  security?: unknown[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
};
type Document = {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: unknown;
};

describe('OpenAPI', () => {
  let sidecar: TestSidecar;
  let document: Document;
  before(async () => {
    sidecar = await startSidecar();
    document = (await (await fetch(`${sidecar.url}/openapi.json`)).json()) as Document;
  });
  after(() => sidecar[Symbol.asyncDispose]());

  test('is 3.1 and has every public route, described', () => {
    assert.match(document.openapi, /^3\.1\./);
    assert.deepEqual(Object.keys(document.paths).toSorted(), [
      '/analyze/frame',
      '/embed',
      '/health/live',
      '/health/ready',
      '/models',
      '/models/catalogue',
      '/models/{model}/install',
      '/models/{model}/load',
      '/models/{model}/unload',
      '/predict',
      '/predict/{model}',
      '/predict/{model}/versions/{version}',
      '/redact',
      '/v1/vision/custom/{model}',
      '/v1/vision/detection',
    ]);
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { summary, responses }] of Object.entries(operations)) {
        assert.ok(summary, `${method} ${path}`);
        const type = path === '/redact' ? 'image/jpeg' : 'application/json';
        assert.ok((responses['200'] ?? responses['202'])?.content?.[type]?.schema, `${method} ${path}`);
      }
    }
  });

  test('says that /predict takes pictures in three ways, refuses in one shape and needs a key', () => {
    const predict = document.paths['/predict']?.['post'];
    const types = Object.keys(predict?.requestBody?.content ?? {});
    for (const type of ['image/jpeg', 'application/octet-stream', 'multipart/form-data', 'application/json']) {
      assert.ok(types.includes(type), type);
    }
    assert.deepEqual(predict?.security, [{ bearer: [] }]);
    for (const status of ['4XX', '5XX']) {
      assert.match(JSON.stringify(predict?.responses[status]), /#\/components\/schemas\/Problem/);
    }
  });

  test("says what DeepStack's dialect takes and how it refuses", () => {
    const detection = document.paths['/v1/vision/detection']?.['post'];
    assert.deepEqual(Object.keys(detection?.requestBody?.content ?? {}), ['multipart/form-data']);
    for (const field of ['image', 'min_confidence', 'api_key']) {
      assert.ok(JSON.stringify(detection?.requestBody).includes(`"${field}"`), field);
    }
    for (const status of ['4XX', '5XX']) {
      assert.match(JSON.stringify(detection?.responses[status]), /#\/components\/schemas\/DeepstackRefusal/);
    }
  });

  test('every reference leads somewhere inside the document', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference]) => reference ?? '',
    );
    assert.ok(references.length > 0);
    for (const reference of references) {
      const steps = reference.split('/');
      assert.equal(steps.shift(), '#', reference);
      let at: unknown = document;
      for (const step of steps) at = (at as Record<string, unknown> | undefined)?.[step];
      assert.ok(at, reference);
    }
  });

  test('says what /predict answers for each task, and which field tells', async () => {
    const { schemas } = document.components as {
      schemas: Record<string, { required?: string[]; oneOf?: { $ref: string }[]; properties?: unknown }>;
    };
    const shapes = schemas['Prediction']?.oneOf?.map(({ $ref }) => $ref.split('/').at(-1));
    assert.deepEqual(shapes, ['DetectionPrediction', 'ClassificationPrediction', 'EmbeddingPrediction']);
    for (const shape of shapes ?? [])
      assert.match(JSON.stringify(schemas[shape ?? '']?.properties), /"task":\{.*"const"/);
    const { twoBlobs } = await import('./pictures.ts');
    const answer = await sidecar.see(await twoBlobs());
    assert.deepEqual(Object.keys(answer).toSorted(), schemas['DetectionPrediction']?.required?.toSorted());
  });

  test('says that /redact and /analyze/frame answer with pictures', () => {
    const typesOf = (path: string) => Object.keys(document.paths[path]?.['post']?.responses['200']?.content ?? {});
    assert.deepEqual(typesOf('/redact'), ['image/jpeg', 'image/png', 'image/webp']);
    assert.deepEqual(typesOf('/analyze/frame'), ['application/json', 'image/jpeg', 'image/png']);
    assert.match(JSON.stringify(document.paths['/redact']?.['post']?.responses['200']), /x-redactions/);
  });

  test('the page for people needs nothing from elsewhere', async () => {
    const response = await fetch(`${sidecar.url}/docs/`);
    const page = await response.text();
    assert.equal(response.status, 200);
    const linked = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
    assert.ok(linked.length >= 3);
    for (const address of linked) {
      assert.equal(new URL(address, `${sidecar.url}/docs/`).origin, sidecar.url, address);
      const part = await fetch(new URL(address, `${sidecar.url}/docs/`));
      assert.ok(part.status === 200 && (await part.arrayBuffer()).byteLength > 0, address);
    }
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'self'/);
  });
});
