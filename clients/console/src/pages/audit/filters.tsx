import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useSettings } from '../../app/settings.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { Select } from '../../components/select.tsx';
import { useMembers } from '../team/team-data.ts';
import { actions, isKnown } from './actions.text.ts';
import { auditSearch } from './audit-search.ts';
import type { AuditSearch } from './audit-search.ts';
import styles from './audit.module.css';
import { text } from './text.ts';

type Props = { search: AuditSearch; onChange: (search: AuditSearch) => void };

/** Which entries are seen. All of it is in the address. */
export function Filters({ search, onChange }: Props): ReactElement {
  const t = useText(text);
  const said = useText(actions);
  const { language } = useSettings();
  const members = useMembers();
  const set = (change: Partial<Record<keyof AuditSearch, string>>) => onChange(auditSearch({ ...search, ...change }));

  const known = Object.entries(said)
    .map(([value, label]) => ({ value, label }))
    .toSorted((a, b) => a.label.localeCompare(b.label, language));
  // One that somebody wrote into the address, or of another version.
  const other = search.action && !isKnown(search.action) ? [{ value: search.action, label: search.action }] : [];
  const people = (members.data?.items ?? []).map(({ user }) => ({ value: user.id, label: user.name }));
  const { who } = search;
  const someoneElse = who && people.every(({ value }) => value !== who) ? [{ value: who, label: who }] : [];
  const isFiltered = Object.keys(search).length > 0;
  return (
    <search aria-label={t.filters}>
      <div className={styles['filters']}>
        <Select
          label={t.action}
          value={search.action ?? ''}
          options={[{ value: '', label: t.anything }, ...other, ...known]}
          onChange={(action) => set({ action })}
        />
        <Select
          label={t.who}
          value={who ?? ''}
          options={[{ value: '', label: t.anybody }, ...someoneElse, ...people]}
          onChange={(next) => set({ who: next })}
        />
        <Field
          label={t.from}
          type="date"
          value={search.from ?? ''}
          onChange={({ target }) => set({ from: target.value })}
        />
        <Field label={t.to} type="date" value={search.to ?? ''} onChange={({ target }) => set({ to: target.value })} />
        <RequestField value={search.request ?? ''} onChange={(request) => set({ request })} />
      </div>
      {isFiltered && (
        <div className={styles['chosen']}>
          {search.target && <Badge tone="accent">{t.target}</Badge>}
          <Button look="quiet" icon={<X aria-hidden />} onClick={() => onChange({})}>
            {t.clear}
          </Button>
        </div>
      )}
    </search>
  );
}

/** Asks when somebody is done writing: half an id finds nothing. */
function RequestField({ value, onChange }: { value: string; onChange: (value: string) => void }): ReactElement {
  const t = useText(text);
  const [written, setWritten] = useState(value);
  useEffect(() => setWritten(value), [value]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onChange(written);
      }}
    >
      <Field
        label={t.request}
        hint={t.requestHint}
        value={written}
        maxLength={64}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => setWritten(target.value)}
        onBlur={() => written !== value && onChange(written)}
      />
    </form>
  );
}
