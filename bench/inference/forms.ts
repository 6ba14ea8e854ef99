import { loadServer } from './loads.ts';
import type { ModelName } from './models.ts';
import { binaryRequest } from './requests.ts';
import { sampleOf } from './samples.ts';
import type { BenchSidecar, World } from './world.ts';

/** What finished tensors look like for models of 10 to 100 ms. */
export const forms = [
  { model: 'conv320', name: 'floats 1.2 MB' },
  { model: 'conv320-uint8', name: 'bytes 0.3 MB' },
  { model: 'conv640-uint8', name: 'bytes 1.2 MB' },
] as const satisfies readonly { model: ModelName; name: string }[];

export const formModels = forms.map(({ model }) => model);

const warmUpMs = 8_000;

/**
 * About a thousand requests. A server that has only just started compiles what it does at the same time as it does it,
 * which costs about half a millisecond a request and nothing after that; the network alone has nothing to compile.
 */
export async function warmUp({ models, startLoadClient }: World, sidecar: BenchSidecar): Promise<void> {
  await using client = await startLoadClient();
  const requests = [binaryRequest(sidecar, models.conv320, sampleOf(models.conv320, 1))];
  await loadServer(client, sidecar.cpu, { url: sidecar.url, requests, connections: 8, durationMs: warmUpMs });
}
