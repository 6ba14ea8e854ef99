import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('schema.graphql and the client’s generated code are what the server and the operations say today', async () => {
  const generate = fileURLToPath(new URL('../../deploy/local/generate.ts', import.meta.url));
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [generate, '--check'], { timeout: 100_000 }, (error, stdout, stderr) => {
      resolve(error ? `${stdout}${stderr}` || error.message : '');
    });
  });
  assert.equal(output, '');
});
