/** A request that cannot be answered, whatever the model. */
export type HostileRequest = {
  name: string;
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit | null;
};

const json = { 'content-type': 'application/json' };
const pictureRoutes = ['/predict', '/predict/blobs', '/analyze/frame', '/redact?labels=red&model=blobs'];
const infer = '/v2/models/blobs/infer';

export function* hostileRequests(): Generator<HostileRequest> {
  for (const path of pictureRoutes) {
    for (const body of brokenJson()) yield { name: `JSON ${body.slice(0, 40)}`, path, headers: json, body };
    for (const query of queries) {
      const joined = path.includes('?') ? `${path}&${query}` : `${path}?${query}`;
      yield {
        name: query,
        path: joined,
        headers: { 'content-type': 'application/octet-stream' },
        body: new Uint8Array(8),
      };
    }
    for (const type of types) yield { name: type, path, headers: { 'content-type': type }, body: 'hello' };
    yield {
      name: 'ten thousand parts',
      path,
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: parts(10_000),
    };
    yield { name: 'no body', path, headers: { 'content-type': 'application/octet-stream' } };
  }
  for (const name of modelNames) {
    const encoded = encodeURIComponent(name);
    yield { name, path: `/predict/${encoded}`, headers: { 'content-type': 'image/png' }, body: new Uint8Array(8) };
    yield { name, path: `/v2/models/${encoded}/infer`, headers: json, body: '{"inputs":[]}' };
    yield { name, path: `/v2/models/${encoded}`, method: 'GET' };
    yield { name, path: `/v2/repository/models/${encoded}/load`, headers: json, body: '{}' };
  }
  for (const body of brokenJson()) yield { name: `OIP ${body.slice(0, 40)}`, path: infer, headers: json, body };
  for (const tensor of tensors) {
    yield { name: tensor, path: infer, headers: json, body: `{"inputs":[${tensor}]}` };
  }
  for (const length of ['-1', '0', '1e3', '99999999', 'x', '5', '9007199254740993']) {
    const headers = { 'content-type': 'application/octet-stream', 'inference-header-content-length': length };
    yield { name: `header of ${length} bytes`, path: infer, headers, body: '{"inputs":[]}' };
  }
}

function* brokenJson(): Generator<string> {
  yield* ['', '{', '[]', 'null', '1', '"text"', '{"image":}', '{"image":1}', '{"image":null}', '{"image":[]}'];
  yield* ['{"image":{"$ne":1}}', '{"__proto__":{"image":"AAAA"}}', '{"constructor":{"prototype":{"image":"A"}}}'];
  yield* [
    '{"image":"\\u0000"}',
    '{"image":"data:,"}',
    '{"image":"data:image/png;base64,"}',
    '{"image":"file:///etc/passwd"}',
  ];
  yield* ['{"image":"http://127.0.0.1/"}', `{"image":"${'%'.repeat(1_000)}"}`, `{"image":"${'QUFB'.repeat(1_000)}"}`];
  yield `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  yield `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
  yield `{${Array.from({ length: 50_000 }, (_, index) => `"k${index}":1`).join(',')}}`;
  yield '\u{feff}{"image":"AAAA"}';
}

const queries = [
  ...['threshold=2', 'threshold=-1', 'threshold=NaN', 'threshold=x', 'max=0', 'max=1e9', 'max=x', 'labels='],
  ...['labels=%00', 'labels=nothing-of-the-kind', 'timeoutMs=-5', 'priority=first', 'threshold=Infinity'],
];

const types = [
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'x/y',
  'application/json; charset=utf-7',
];

const modelNames = [
  ...['../../etc/passwd', '..\\..\\windows', 'a/b', '%2e%2e', 'no-such-model', 'blobs\0', ' blobs', 'BLOBS', '.hidden'],
  ...[
    'blobs/../blobs',
    'a'.repeat(150),
    '💥',
    "blobs'; drop table models",
    '${7*7}',
    '{{7*7}}',
    '__proto__',
    'constructor',
  ],
];

const data = (text: string) => `"data":${text}`;
const tensors = [
  '{}',
  'null',
  '1',
  '{"name":"pixels"}',
  `{"name":"pixels","shape":[1],"datatype":"UINT8",${data('[1]')}}`,
  `{"name":"pixels","shape":[1,320,320,3],"datatype":"UINT8",${data('[1]')}}`,
  `{"name":"pixels","shape":[1,320,320,3],"datatype":"FP32",${data('[1]')}}`,
  `{"name":"pixels","shape":[1,320,320,-3],"datatype":"UINT8",${data('[1]')}}`,
  `{"name":"pixels","shape":[1e308,1e308],"datatype":"UINT8",${data('[1]')}}`,
  `{"name":"pixels","shape":[2147483647,2147483647],"datatype":"UINT8",${data('[1]')}}`,
  `{"name":"pixels","shape":"x","datatype":"UINT8",${data('[1]')}}`,
  `{"name":"pixels","shape":[],"datatype":"UINT8",${data('[]')}}`,
  `{"name":"pixels","shape":[1],"datatype":"COMPLEX64",${data('[1]')}}`,
  `{"name":"pixels","shape":[1],"datatype":"BYTES",${data('["\\u0000"]')}}`,
  `{"name":"pixels","shape":[1],"datatype":"UINT8",${data('[256]')}}`,
  `{"name":"pixels","shape":[1],"datatype":"UINT8",${data('[-1]')}}`,
  `{"name":"pixels","shape":[1],"datatype":"UINT8",${data('[1.5]')}}`,
  `{"name":"pixels","shape":[1],"datatype":"UINT8",${data('["1"]')}}`,
  `{"name":"pixels","shape":[1],"datatype":"UINT8",${data('[NaN]')}}`,
  `{"name":"pixels","shape":[1],"datatype":"FP32",${data('[Infinity]')}}`,
  `{"name":"pixels","shape":[1],"datatype":"UINT8",${data(`${'['.repeat(5_000)}1${']'.repeat(5_000)}`)}}`,
  `{"name":"no\\u0000","shape":[1],"datatype":"UINT8",${data('[1]')}}`,
  `{"name":"__proto__","shape":[1],"datatype":"UINT8",${data('[1]')}}`,
  '{"name":"pixels","shape":[1,320,320,3],"datatype":"UINT8","parameters":{"binary_data_size":307200}}',
  '{"name":"pixels","shape":[1,320,320,3],"datatype":"UINT8","parameters":{"binary_data_size":-1}}',
];

function parts(count: number): string {
  const part = (index: number) => `--x\r\nContent-Disposition: form-data; name="f${index}"\r\n\r\n1\r\n`;
  return `${Array.from({ length: count }, (_, index) => part(index)).join('')}--x--\r\n`;
}
