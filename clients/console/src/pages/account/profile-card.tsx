import type { Profile, UpdateProfileInput } from '@sightline/core';
import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { Select } from '../../components/select.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { toast } from '../../components/toast.tsx';
import { fieldsOf } from '../sign-in/fields-of.ts';
import styles from './account.module.css';
import { text } from './text.ts';
import { useProfile } from './use-profile.ts';

const languages = [
  { value: 'EN', label: 'English' },
  { value: 'ES', label: 'Español' },
] as const;

export function ProfileCard(): ReactElement {
  const t = useText(text);
  const { data, error, isPending, refetch } = useProfile();
  return (
    <Card title={t.profile}>
      {isPending && <Skeleton lines={4} />}
      <ErrorNote error={error} onRetry={() => void refetch()} />
      {data && <ProfileForm profile={data} />}
    </Card>
  );
}

function ProfileForm({ profile }: { profile: Profile }): ReactElement {
  const t = useText(text);
  const [locale, setLocale] = useState(profile.locale);
  const [timeZone, setTimeZone] = useState(profile.timeZone);
  const save = useAct((input: UpdateProfileInput) => client.account.update(input), {
    changes: [['profile'], ['viewer']],
    onDone: () => toast(t.saved),
  });
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    save.mutate({ name: fieldsOf(event.currentTarget)['name'] ?? '', locale, timeZone });
  }
  // One that this browser does not know stays, unless somebody chooses another.
  const zones = [...new Set([profile.timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])].sort();
  return (
    <form className={styles['form']} onSubmit={send}>
      <Field
        label={t.name}
        hint={t.nameHint}
        name="name"
        autoComplete="name"
        defaultValue={profile.name}
        maxLength={100}
        required
      />
      <div className={styles['pair']}>
        <Select label={t.language} value={locale} options={languages} onChange={setLocale} />
        <Select
          label={t.timeZone}
          value={timeZone}
          options={zones.map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }))}
          onChange={setTimeZone}
        />
      </div>
      <ErrorNote error={save.error} />
      <Button type="submit" isBusy={save.isPending}>
        {t.save}
      </Button>
    </form>
  );
}
