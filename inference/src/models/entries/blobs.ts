import { blobsConfig, blobsOnnx, blobsPicture, blobsSelfTest } from '../blobs.ts';
import type { CatalogueEntry } from '../catalogue.ts';

export const blobs: CatalogueEntry = {
  name: 'blobs',
  version: '1',
  summary: 'red, green and blue blobs; for tests, never trained',
  source: { kind: 'made' },
  convert: blobsOnnx,
  digest: 'sha256:c7928f90ad30930c1888bdbe9bcb67921d68d7bc1c9b5db6c88216c8b2e7ad5c',
  byteSize: 5_978,
  beside: { [blobsPicture]: blobsSelfTest },
  config: blobsConfig,
};
