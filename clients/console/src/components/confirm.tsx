import type { SightlineError } from '@sightline/core';
import type { ReactElement, ReactNode } from 'react';
import { useText } from '../app/text.ts';
import { Button } from './button.tsx';
import { text } from './components.text.ts';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './error-note.tsx';

type Props = {
  /** The question. */
  title: string;
  /** What follows from it. */
  children: ReactNode;
  /** What the button that does it says. */
  action: string;
  isBusy: boolean;
  error: SightlineError | null;
  onConfirm: () => void;
  onCancel: () => void;
};

/** Asks before what cannot be taken back. */
export function Confirm({ title, children, action, isBusy, error, onConfirm, onCancel }: Props): ReactElement {
  const t = useText(text);
  return (
    <Dialog
      title={title}
      open
      onOpenChange={(open) => !open && onCancel()}
      actions={
        <>
          <Button onClick={onCancel}>{t.cancel}</Button>
          <Button look="danger" isBusy={isBusy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      <p>{children}</p>
      <ErrorNote error={error} />
    </Dialog>
  );
}
