import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { errorMessage, translate } from '@sightline/inference/messages/error-text';
import { phrasesEs } from '@sightline/inference/messages/phrases.es';
import { sentencesIn, sidecarRefusals } from './messages-in.ts';

/** What speaks to whoever sits at the machine, in English: commands, the start, what converting a model finds. */
const notForCallers = ['cli/**', 'messages/**', 'models/inspect/**', 'main.ts', 'start-table.ts', 'http/openapi.ts'];

test('everything that the sidecar tells callers has its Spanish', async () => {
  const missing: string[] = [];
  let count = 0;
  const root = new URL('../../inference/src/', import.meta.url);
  for await (const name of glob('**/*.ts', { cwd: root, exclude: notForCallers })) {
    for (const message of sentencesIn(await readFile(new URL(name, root), 'utf8'), sidecarRefusals)) {
      count += 1;
      if (translate(message) === null) missing.push(`${name}: ${message}`);
    }
  }
  assert.deepEqual(missing, [], 'Add these to inference/src/messages/phrases.es.ts.');
  assert.ok(count > 120, `only ${count} sentences were found`);
});

test('a phrase carries the same values in both languages, and stands there once', () => {
  const values = (text: string) => [...text.matchAll(/\{([*!]?\w+)\}/g)].map(([, name]) => name).toSorted();
  for (const [english, spanish] of phrasesEs) assert.deepEqual(values(spanish), values(english), english);
  assert.equal(new Set(phrasesEs.map(([english]) => english)).size, phrasesEs.length, 'no phrase twice');
});

test('a new sentence is found, wherever it stands', () => {
  const found = sentencesIn(
    `
    const full = 'No room is left.'; // 'Not this one.'
    const table = { A: ['B', "it's", 'A sentence of a table.'] };
    throw new Error('A bug of ours.');
    schema.describe('What it is.');
    throw invalid(\`\${name}: must be \${what} or so\`);
    export const invalid = (message: string) => new SidecarError('X', message);
  `,
    sidecarRefusals,
  );
  assert.deepEqual(found, ['No room is left.', 'A sentence of a table.', '‹7›: must be ‹7› or so']);
});

test('values are carried over, phrases stand in phrases, and what is unknown stands behind the title', () => {
  const cases = {
    "The model 'a b' is not ready: version 2 was refused: The file x.onnx is missing..":
      'El modelo «a b» no está listo: la versión 2 se ha rechazado: Falta el archivo x.onnx..',
    'Your organization may send 3 requests a minute.': 'Tu organización puede enviar 3 peticiones por minuto.',
    "The input 'x' has a byte that is neither 0 nor 1.": 'La entrada «x» tiene un byte que no es ni 0 ni 1.',
    'threshold: Too big: expected number to be <=1; max: Invalid input: expected number, received NaN':
      'threshold: tiene que ser 1 como máximo; max: se esperaba un número, no NaN',
    'No engine starts: [ONNXRuntimeError] : 7': 'No arranca ningún motor: [ONNXRuntimeError] : 7',
  };
  for (const [english, spanish] of Object.entries(cases)) assert.equal(translate(english), spanish);
  assert.equal(translate('What is: this?'), null);
  assert.equal(errorMessage('BAD_REQUEST', 'What is: this?', 'es'), 'No se ha podido leer la petición: What is: this?');
});

test('a message that quotes a great deal takes no great time', () => {
  for (const quoted of ["'".repeat(100_000), ': '.repeat(400), "The input '".repeat(80), '; a: '.repeat(180)]) {
    const startedAt = process.cpuUsage();
    translate(`The model '${quoted}`);
    assert.ok(process.cpuUsage(startedAt).user < 500_000, quoted.slice(0, 20));
  }
});
