/** Where a program keeps what nobody else may read: tokens, under names of its own. */
export type SecretStore = {
  /** Null where there is none, or none that can be read any more. */
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  /** Does nothing where there is none. */
  delete(name: string): Promise<void>;
};
