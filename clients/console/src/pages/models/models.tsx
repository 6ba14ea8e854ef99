import type { ReactElement } from 'react';
import { useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { text } from './text.ts';

export function Models(): ReactElement {
  const t = useText(text);
  const list = useAsk(['models', 'all'], (client, signal) => client.models.list({ signal }));
  return (
    <>
      <PageHead title={t.title} />
      <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
      {list.isPending && <Skeleton lines={6} />}
    </>
  );
}
