/** A package of the npm registry, by exact version. */
export type NpmSource = {
  kind: 'npm';
  package: string;
  version: string;
  /** As npm writes it; the whole package is checked before anything of it is used. */
  integrity: string;
  /** Of the packed package, as `Content-Length` says. */
  byteSize: number;
  /** By the role they play for `convert` and `beside`: paths inside the package. */
  files: Record<string, string>;
};

/** A single file, whose role is `file`, and its `sha256:<hex>`. */
export type UrlSource = { kind: 'url'; url: string; digest: string; byteSize: number };

/** Nothing is fetched: it is computed here. */
export type MadeSource = { kind: 'made' };

export type Source = NpmSource | UrlSource | MadeSource;

/** Hands out a fetched file by its role. Throws for one that was not fetched. */
export type TakeFile = (role: string) => Uint8Array;
