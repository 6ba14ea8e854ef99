import type { z } from 'zod';
import type { modelConfigSchema } from './model-config.ts';

type WithoutDigests<T> = T extends unknown ? Omit<T, 'digests'> : never;

/** A config as people write it, defaults left out, before there are files whose digests it could name. */
export type ConfigDraft = WithoutDigests<z.input<typeof modelConfigSchema>>;
