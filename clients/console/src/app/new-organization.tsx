import type { FormEvent, ReactElement } from 'react';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { ErrorNote } from '../components/error-note.tsx';
import { Field } from '../components/field.tsx';
import { toast } from '../components/toast.tsx';
import { client } from './client.ts';
import { useAct } from './data.ts';
import { text } from './shell.text.ts';
import { useText } from './text.ts';
import { useSwitch } from './use-switch.ts';

/** Makes another organization and goes on in it. */
export function NewOrganization({ onClose }: { onClose: () => void }): ReactElement {
  const t = useText(text);
  const change = useSwitch();
  const make = useAct((name: string) => client.organizations.create(name), {
    changes: [['organizations']],
    onDone({ organizationId, name }) {
      onClose();
      toast(t.made(name));
      change.mutate(organizationId);
    },
  });
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    make.mutate(String(new FormData(event.currentTarget).get('name')));
  }
  return (
    <Dialog title={t.newOrganization} open onOpenChange={onClose}>
      <form onSubmit={send}>
        <Field label={t.organizationName} hint={t.organizationHint} name="name" maxLength={100} required />
        <ErrorNote error={make.error} />
        <div className="actions">
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" look="primary" isBusy={make.isPending}>
            {t.make}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
