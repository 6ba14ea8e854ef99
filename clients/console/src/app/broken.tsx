import { SightlineError } from '@sightline/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Button } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNote } from '../components/error-note.tsx';
import { PageHead } from '../components/page-head.tsx';
import { text } from './shell.text.ts';
import { useText } from './text.ts';

/** What is shown in place of a page that threw. */
export function Broken({ error }: ErrorComponentProps): ReactElement {
  const t = useText(text);
  return (
    <>
      <PageHead title={t.brokenTitle} />
      {error instanceof SightlineError && <ErrorNote error={error} />}
      <EmptyState
        title={t.broken}
        action={
          <Button look="primary" onClick={() => location.reload()}>
            {t.reload}
          </Button>
        }
      />
    </>
  );
}
