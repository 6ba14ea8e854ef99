/** Overrides of feature flags that all processes share and no database has to be asked for. */
export type FlagOverrides = AsyncDisposable & {
  /** By name of the flag: `on`, `off` or a share such as `30%`. Rejects while they cannot be read. */
  read(): Promise<Record<string, string>>;
  /** Null takes one away. */
  set(name: string, value: string | null): Promise<void>;
};
