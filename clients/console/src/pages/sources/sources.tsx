import type { ReactElement } from 'react';
import { useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { text } from './text.ts';

export function Sources(): ReactElement {
  const t = useText(text);
  const list = useAsk(['sources', 'all'], (client, signal) => client.sources.list({ signal }).page());
  return (
    <>
      <PageHead title={t.title} />
      <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
      {list.isPending && <Skeleton lines={6} />}
    </>
  );
}
