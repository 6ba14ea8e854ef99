import type { ApiKey, SightlineError } from '@sightline/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Select } from '../../components/select.tsx';
import { text } from './text.ts';

const graces = [
  [0, 'graceNone'],
  [3_600, 'graceHour'],
  [86_400, 'graceDay'],
  [604_800, 'graceWeek'],
  [2_592_000, 'graceMonth'],
] as const;

type Props = {
  apiKey: ApiKey;
  isBusy: boolean;
  error: SightlineError | null;
  onSend: (graceSeconds: number) => void;
  onCancel: () => void;
};

/** Asks how long the secret before goes on working. */
export function RollDialog({ apiKey, isBusy, error, onSend, onCancel }: Props): ReactElement {
  const t = useText(text);
  const [grace, setGrace] = useState('86400');
  return (
    <Dialog
      title={t.rollTitle(apiKey.name)}
      open
      onOpenChange={(open) => !open && onCancel()}
      actions={
        <>
          <Button onClick={onCancel}>{t.cancel}</Button>
          <Button look="primary" isBusy={isBusy} onClick={() => onSend(Number(grace))}>
            {t.rollAct}
          </Button>
        </>
      }
    >
      <p>{t.rollAbout}</p>
      <Select
        label={t.grace}
        value={grace}
        options={graces.map(([seconds, name]) => ({ value: String(seconds), label: t[name] }))}
        onChange={setGrace}
      />
      <ErrorNote error={error} />
    </Dialog>
  );
}
