/**
 * Keys that are not in our database wrap those that are: in the environment, or in somebody's key management service.
 * Each has a name; the current one wraps, all known ones unwrap.
 */
export type KeyWrapper = {
  readonly currentKeyId: string;
  /** Wraps 32 bytes with the current key. */
  wrap(key: Uint8Array): Promise<Uint8Array>;
  /** Throws when there is no such key, or when `wrapped` is not what it made. */
  unwrap(keyId: string, wrapped: Uint8Array): Promise<Uint8Array>;
};
