import { useId, useState } from 'react';
import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import type { Failure } from './team-data.ts';
import { text } from './text.ts';

type Props = {
  title: string;
  hint: string;
  /** What the button that does it says. */
  action: string;
  before?: string;
  isBusy: boolean;
  error: Failure;
  onSend: (name: string) => void;
  onCancel: () => void;
};

/** Asks what something is to be called. */
export function NameDialog({ title, hint, action, before = '', isBusy, error, onSend, onCancel }: Props): ReactElement {
  const t = useText(text);
  const form = useId();
  const [name, setName] = useState(before);
  return (
    <Dialog
      title={title}
      open
      onOpenChange={(open) => !open && onCancel()}
      actions={
        <>
          <Button onClick={onCancel}>{t.cancel}</Button>
          <Button type="submit" form={form} look="primary" isBusy={isBusy}>
            {action}
          </Button>
        </>
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          onSend(name);
        }}
      >
        <Field
          label={t.name}
          hint={hint}
          value={name}
          maxLength={100}
          autoComplete="off"
          required
          onChange={({ target }) => setName(target.value)}
        />
      </form>
      <ErrorNote error={error} />
    </Dialog>
  );
}
