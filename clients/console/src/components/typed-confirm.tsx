import type { SightlineError } from '@sightline/core';
import { useId, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { defineText, useText } from '../app/text.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './error-note.tsx';
import { Field } from './field.tsx';

const text = defineText({
  en: { write: (expected: string) => `Write “${expected}” to go on`, cancel: 'Cancel' },
  es: { write: (expected: string) => `Escribe «${expected}» para continuar`, cancel: 'Cancelar' },
});

type Props = {
  title: string;
  /** What has to be written, letter by letter. */
  expected: string;
  /** What follows from it. */
  children: ReactNode;
  /** What the button that does it says. */
  action: string;
  isBusy: boolean;
  error: SightlineError | null;
  onConfirm: () => void;
  onCancel: () => void;
};

/** Asks before what destroys something for good: whoever goes on has written what it is about. */
export function TypedConfirm({
  title,
  expected,
  children,
  action,
  isBusy,
  error,
  onConfirm,
  onCancel,
}: Props): ReactElement {
  const t = useText(text);
  const form = useId();
  const [written, setWritten] = useState('');
  const isRight = written.trim() === expected;
  return (
    <Dialog
      title={title}
      open
      onOpenChange={(open) => !open && onCancel()}
      actions={
        <>
          <Button onClick={onCancel}>{t.cancel}</Button>
          <Button type="submit" form={form} look="danger" isBusy={isBusy} disabled={!isRight}>
            {action}
          </Button>
        </>
      }
    >
      <p>{children}</p>
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          if (isRight) onConfirm();
        }}
      >
        <Field
          label={t.write(expected)}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={written}
          onChange={({ target }) => setWritten(target.value)}
        />
      </form>
      <ErrorNote error={error} />
    </Dialog>
  );
}
