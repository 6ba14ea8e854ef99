/** Who this client speaks for: a sign-in's token, an API key, or nobody. */
export type Credentials = {
  readonly value: string | null;
  /** The header to send; `override` is a token for one call. */
  header(override?: string): Record<string, string>;
  /** Speaks for somebody else from now on; sockets that are open are told through `onChange`. */
  replace(value: string | null): void;
};

export function createCredentials(initial: string | null, onChange: () => void): Credentials {
  let value = initial;
  return {
    get value() {
      return value;
    },
    header(override) {
      const token = override ?? value;
      return token ? { authorization: `Bearer ${token}` } : {};
    },
    replace(next) {
      if (next === value) return;
      value = next;
      onChange();
    },
  };
}
