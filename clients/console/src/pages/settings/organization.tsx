import type { Organization } from '@sightline/core';
import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useAsk, useCan, useViewer } from '../../app/data.ts';
import { leaveDemo } from '../../app/demo.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Time } from '../../components/time.tsx';
import { toast } from '../../components/toast.tsx';
import { TypedConfirm } from '../../components/typed-confirm.tsx';
import { Retention } from './retention.tsx';
import styles from './settings.module.css';
import { text } from './text.ts';

export function OrganizationSettings(): ReactElement {
  const organization = useAsk(['organization'], (asked, signal) => asked.organizations.current({ signal }));
  return (
    <div className={styles['page']}>
      {organization.isPending && <Skeleton lines={2} height="8rem" />}
      <ErrorNote error={organization.error} onRetry={() => void organization.refetch()} />
      {organization.data && (
        <>
          <Name key={organization.data.name} organization={organization.data} />
          {organization.data.isSandbox && <SandboxClock now={organization.data.now} />}
          <Retention retention={organization.data.retention} />
          <Ends organization={organization.data} />
        </>
      )}
    </div>
  );
}

function Name({ organization }: { organization: Organization }): ReactElement {
  const t = useText(text);
  const mayWrite = useCan('ORGANIZATION_WRITE');
  const rename = useAct((name: string) => client.organizations.rename(name), {
    changes: [['organization'], ['organizations'], ['viewer']],
    onDone: () => toast(t.renamed),
  });
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name')).trim();
    if (name !== organization.name) rename.mutate(name);
  }
  return (
    <Card title={t.organization} actions={organization.isSandbox && <Badge tone="accent">{t.sandbox}</Badge>}>
      <form className={styles['row']} onSubmit={send}>
        <Field
          label={t.name}
          name="name"
          autoComplete="organization"
          required
          maxLength={100}
          defaultValue={organization.name}
          readOnly={!mayWrite}
          hint={mayWrite ? undefined : t.onlyAdmins}
        />
        {mayWrite && (
          <Button type="submit" isBusy={rename.isPending}>
            {t.rename}
          </Button>
        )}
      </form>
      <ErrorNote error={rename.error} />
      <dl className={styles['facts']}>
        <div>
          <dt>{t.id}</dt>
          <dd>
            <code>{organization.id}</code>
          </dd>
        </div>
        <div>
          <dt>{t.since}</dt>
          <dd>
            <Time at={organization.createdAt} look="date" />
          </dd>
        </div>
      </dl>
    </Card>
  );
}

/** As ISO 8601. Further than that, sign-ins end there. */
const steps = ['P1D', 'P7D', 'P14D'] as const;

function SandboxClock({ now }: { now: string }): ReactElement {
  const t = useText(text);
  const mayMove = useCan('CLOCK_WRITE');
  // Everything may be another: events go, periods end, bills come.
  const move = useAct((by: string) => client.sandbox.advanceClock({ by }), {
    changes: [[]],
    onDone: () => toast(t.moved),
  });
  return (
    <Card title={t.clock}>
      <p>
        {t.clockTold} <Time at={now} />
      </p>
      <ErrorNote error={move.error} />
      {mayMove && (
        <div className={styles['acts']}>
          {steps.map((by) => (
            <Button key={by} isBusy={move.isPending} onClick={() => move.mutate(by)}>
              {t[by]}
            </Button>
          ))}
        </div>
      )}
    </Card>
  );
}

/** Leaving, and deleting. */
function Ends({ organization: { name } }: { organization: Organization }): ReactElement {
  const t = useText(text);
  const viewer = useViewer();
  const mayDelete = useCan('ORGANIZATION_DELETE');
  const [asks, setAsks] = useState<'leave' | 'delete' | null>(null);
  const leave = useAct(() => client.organizations.leave(), { onDone: leaveDemo });
  const remove = useAct(() => client.organizations.delete(name), { onDone: leaveDemo });
  return (
    <Card title={t.ends}>
      <ul className={styles['ends']}>
        <li>
          <div>
            <h3>{t.leave}</h3>
            <p className={styles['soft']}>{t.leaveTold}</p>
          </div>
          <Button look="danger" onClick={() => setAsks('leave')}>
            {t.leave}
          </Button>
        </li>
        <li>
          <div>
            <h3>{t.delete}</h3>
            <p className={styles['soft']}>{mayDelete || !viewer.data ? t.deleteTold : t.onlyOwners}</p>
          </div>
          {mayDelete && (
            <Button look="danger" onClick={() => setAsks('delete')}>
              {t.delete}
            </Button>
          )}
        </li>
      </ul>
      {asks === 'leave' && (
        <Confirm
          title={t.leaveTitle(name)}
          action={t.leave}
          isBusy={leave.isPending}
          error={leave.error}
          onConfirm={() => leave.mutate(undefined)}
          onCancel={() => setAsks(null)}
        >
          {t.leaveTold}
        </Confirm>
      )}
      {asks === 'delete' && (
        <TypedConfirm
          title={t.deleteTitle(name)}
          expected={name}
          action={t.delete}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(undefined)}
          onCancel={() => setAsks(null)}
        >
          {t.deleteTold}
        </TypedConfirm>
      )}
    </Card>
  );
}
