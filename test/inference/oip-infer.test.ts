import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { DataType } from '@sightline/inference/models/onnx/graph';
import { everyType, types } from './oip-datatypes.ts';
import { forms } from './oip-forms.ts';
import { holdToGolden } from './oip-golden.ts';
import { identityNetwork, pairNetwork, reciprocalNetwork, scaleNetwork, writeNetwork } from './oip-models.ts';
import { refusals } from './oip-refusals.ts';
import { startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';

for (const [where, placement] of Object.entries({ 'on the thread of HTTP': 'inline', 'in engines': 'engines' })) {
  describe(`golden requests, ${where}`, () => {
    let sidecar: TestSidecar;
    before(async () => {
      sidecar = await startSidecar({ modelsLoadedMax: 100 });
      const directory = join(sidecar.folder, 'models');
      const engine = { kind: 'local', placement, count: 1, threads: 1 };
      const write = (name: string, versions: Record<string, Uint8Array>, config = {}) =>
        writeNetwork(directory, name, versions, { engine, ...config });
      for (const type of Object.keys(types) as DataType[]) await write(type, { 1: identityNetwork(type) });
      await write('text', { 1: identityNetwork('string', ['rows']) });
      await write('pair', { 1: pairNetwork() });
      await write('reciprocal', { 1: reciprocalNetwork() });
      await write('scale', { 1: scaleNetwork(2), 2: scaleNetwork(3) }, { serve: ['1', '2'] });
    });
    after(() => sidecar[Symbol.asyncDispose]());

    for (const golden of [...everyType, ...forms, ...refusals]) test(golden.name, () => holdToGolden(sidecar, golden));
  });
}
