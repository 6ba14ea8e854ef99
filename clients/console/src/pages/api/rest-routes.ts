import document from '../../../../../openapi.json' with { type: 'json' };

export type Parameter = {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required: boolean;
  readonly description: string;
  /** What holds where it is left out; null for nothing. */
  readonly usual: string | null;
  /** What may be given, where that is a few words; empty for anything of its kind. */
  readonly choices: readonly string[];
};

export type RestRoute = {
  readonly method: string;
  readonly path: string;
  readonly group: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  /** Content types. */
  readonly takes: readonly string[];
  readonly answers: readonly string[];
  readonly needsKey: boolean;
};

type Said = {
  tags?: string[];
  summary?: string;
  description?: string;
  security?: object[];
  parameters?: {
    name: string;
    in: Parameter['in'];
    required?: boolean;
    description?: string;
    schema?: { default?: unknown; enum?: unknown[] };
  }[];
  requestBody?: { content?: object };
  responses?: Record<string, { content?: object }>;
};

/** Every route of the sidecar, in the order of its document. */
export const restRoutes: readonly RestRoute[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods as Record<string, Said>).map(([method, said]) => ({
    ...{ method: method.toUpperCase(), path, group: said.tags?.[0] ?? '' },
    ...{ summary: said.summary ?? '', description: said.description ?? '' },
    parameters: (said.parameters ?? []).map(({ name, in: where, required = false, description = '', schema }) => ({
      ...{ name, in: where, required, description },
      usual: schema?.default === undefined ? null : String(schema.default),
      choices: (schema?.enum ?? []).map(String),
    })),
    takes: Object.keys(said.requestBody?.content ?? {}),
    answers: Object.keys(said.responses?.['200']?.content ?? {}),
    needsKey: (said.security ?? []).length > 0,
  })),
);

/** Those that have these words in their address or in what they do. */
export function routesWith(words: string): readonly RestRoute[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return restRoutes.filter(({ method, path, summary }) => {
    const said = `${method} ${path} ${summary}`.toLowerCase();
    return wanted.every((word) => said.includes(word));
  });
}

/** A call of a route, for a shell. `$SIGHTLINE_API_KEY` is left to whoever runs it. */
export function curlOf({ method, path, takes, needsKey }: RestRoute, base: string): string {
  const address = `${base}${path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => name.toUpperCase())}`;
  const body = takes.includes('image/jpeg')
    ? ["-H 'content-type: image/jpeg'", '--data-binary @picture.jpg']
    : takes.includes('multipart/form-data')
      ? ['-F image=@picture.jpg']
      : takes.includes('application/json')
        ? ["-H 'content-type: application/json'", `-d '${path === '/embed' ? '{"texts":["a red car"]}' : '{}'}'`]
        : [];
  const parts = [
    `curl ${method === 'GET' || body.length > 0 ? '' : `-X ${method} `}"${address}"`,
    ...(needsKey ? ['-H "authorization: Bearer $SIGHTLINE_API_KEY"'] : []),
    ...body,
  ];
  return parts.join(' \\\n  ');
}
