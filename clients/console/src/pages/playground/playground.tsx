import { useState } from 'react';
import type { ReactElement } from 'react';
import { useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { text } from './text.ts';

export function Playground(): ReactElement {
  const t = useText(text);
  const [file, setFile] = useState<File | null>(null);
  const models = useAsk(['models', 'ready'], (client, signal) => client.models.list({ signal }));
  const seen = useAsk(
    ['playground', file?.name, file?.lastModified],
    (client, signal) => client.predict(file!, { signal }),
    { enabled: file !== null },
  );
  return (
    <>
      <PageHead title={t.title} />
      <input
        type="file"
        accept="image/*"
        aria-label={t.choose}
        onChange={({ target }) => setFile(target.files?.[0] ?? null)}
      />
      <ErrorNote error={models.error ?? seen.error} />
      <p>{models.data?.map(({ name }) => name).join(', ')}</p>
      {seen.data && <p>{t.total(seen.data.timings.totalMs)}</p>}
      <pre>{JSON.stringify(seen.data, null, 2)}</pre>
    </>
  );
}
