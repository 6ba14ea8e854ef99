import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { restChanges } from './rest-changes.ts';
import type { OpenApi } from './rest-changes.ts';

const document = JSON.parse(await readFile(new URL('../../openapi.json', import.meta.url), 'utf8')) as OpenApi;

/** Our own document with something changed in it. */
function changed(change: (copy: Any) => void): string[] {
  const copy = structuredClone(document);
  change(copy);
  return restChanges(document, copy);
}
// oxlint-disable-next-line typescript/no-explicit-any -- a test reaches into a document of any shape
type Any = any;

const predict = (copy: Any) => copy.paths['/predict'].post;
const shapes = (copy: Any) => copy.components.schemas;

const breaking: Record<string, [change: (copy: Any) => void, told: RegExp]> = {
  'a path': [(copy) => delete copy.paths['/redact'], /^\/redact was removed\.$/],
  'a method': [(copy) => delete copy.paths['/models'].get, /^GET \/models was removed\.$/],
  'a status': [(copy) => delete predict(copy).responses['200'], /^POST \/predict, answer 200, was removed\.$/],
  'a kind of body': [(copy) => delete predict(copy).requestBody.content['image/png'], /body: image\/png was removed/],
  'a parameter': [(copy) => predict(copy).parameters.shift(), /the query parameter priority was removed/],
  'a value that was taken': [(copy) => predict(copy).parameters[0].schema.enum.pop(), /priority: batch was removed/],
  'a bound that is tighter': [(copy) => (predict(copy).parameters[1].schema.maximum = 5), /maximum was 10000 and is 5/],
  'a parameter that has to be there': [
    (copy) => (predict(copy).parameters[2].required = true),
    /threshold is required now/,
  ],
  'a new parameter that has to be there': [
    (copy) => predict(copy).parameters.push({ in: 'query', name: 'why', required: true }),
    /query parameter why is required now/,
  ],
  'a property of an answer': [(copy) => delete shapes(copy).Box.properties.width, /box\.width was removed/],
  'a property that may be missing': [(copy) => shapes(copy).Box.required.pop(), /box\.\w+ may be missing now/],
  'a property of another type': [
    (copy) => (shapes(copy).Box.properties.width.type = 'string'),
    /box\.width was number and is string/,
  ],
  'a property that has to be given': [
    (copy) => shapes(copy).TextsInput.required.push('why'),
    /^POST \/embed, body \(application\/json\)\.why is required now\.$/,
  ],
  'one form of an answer': [(copy) => variants(shapes(copy).Prediction).pop(), /form 3/],
};

const variants = (shape: Any): unknown[] => shape.oneOf ?? shape.anyOf;

for (const [name, [change, told]] of Object.entries(breaking)) {
  test(`programs break by ${name}`, () => {
    const problems = changed(change);
    assert.ok(
      problems.some((problem) => told.test(problem)),
      problems.join('\n') || 'nothing was told',
    );
  });
}

test('what only adds breaks nobody, and neither does what is the same', () => {
  assert.deepEqual(
    changed(() => {}),
    [],
  );
  const problems = changed((copy) => {
    copy.paths['/count'] = copy.paths['/redact'];
    predict(copy).parameters.push({ in: 'query', name: 'more', schema: { type: 'string' } });
    predict(copy).requestBody.content['image/heic'] = {};
    predict(copy).parameters[0].schema.enum.push('later');
    predict(copy).parameters[1].schema.maximum = 20_000;
    shapes(copy).Box.properties.depth = { type: 'number' };
    shapes(copy).Box.required.push('depth');
    shapes(copy).TextsInput.properties.more = { type: 'string' };
    variants(shapes(copy).Prediction).push({ type: 'object' });
  });
  assert.deepEqual(problems, []);
});
