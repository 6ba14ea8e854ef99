import { useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { text } from './text.ts';

export function SourcePage(): ReactElement {
  const t = useText(text);
  const { id } = useParams({ strict: false });
  const source = useAsk(['source', id], (client, signal) => client.sources.get(id ?? '', { signal }));
  return (
    <>
      <PageHead title={source.data?.name ?? t.title} />
      <ErrorNote error={source.error} onRetry={() => void source.refetch()} />
    </>
  );
}
