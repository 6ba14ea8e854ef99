import type { ApiKey } from '@sightline/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Ellipsis, KeyRound, Pencil, Plus, RotateCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useAsk, useCan, useViewer } from '../../app/data.ts';
import { gather, gatheredMost } from '../../app/gather.ts';
import { pageConfig } from '../../app/page-config.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Menu } from '../../components/menu.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { SecretOnce } from '../../components/secret-once.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { toast } from '../../components/toast.tsx';
import { KeyForm } from './key-form.tsx';
import type { KeySettings } from './key-form.tsx';
import { firstCall, stateOf } from './key-state.ts';
import styles from './keys.module.css';
import { RollDialog } from './roll-dialog.tsx';
import { text } from './text.ts';

/** A secret that was given right now, and the key it is of. */
type Fresh = { secret: string; apiKey: ApiKey };
/** What is being done, to which key. */
type Doing = { what: 'make' } | { what: 'edit' | 'roll' | 'revoke'; apiKey: ApiKey };

export function Keys(): ReactElement {
  const t = useText(text);
  const viewer = useViewer();
  const mayManage = useCan('KEYS_WRITE');
  if (viewer.data && !mayManage)
    return (
      <>
        <PageHead title={t.title} />
        <EmptyState
          icon={<KeyRound aria-hidden />}
          title={t.notAllowedTitle}
          action={
            <PageLink to="/team" look="plain">
              {t.toTeam}
            </PageLink>
          }
        >
          {t.notAllowed}
        </EmptyState>
      </>
    );
  return <ManagedKeys />;
}

function ManagedKeys(): ReactElement {
  const t = useText(text);
  const keys = useAsk(['keys'], (all, signal) => gather(all.apiKeys.list({ pageSize: 100, signal })));
  const [doing, setDoing] = useState<Doing | null>(null);
  const [fresh, setFresh] = useState<Fresh | null>(null);
  const { ended } = useSearch({ strict: false }) as { ended?: boolean };
  const navigate = useNavigate();

  // The secret goes into the state of this page and nowhere else: what acts give is kept a while by what runs them.
  const changes = [['keys']];
  function show({ secret, apiKey }: Fresh): ApiKey {
    setFresh({ secret, apiKey });
    setDoing(null);
    return apiKey;
  }
  const make = useAct(async (input: KeySettings) => show(await client.apiKeys.create(input)), { changes });
  const roll = useAct(async (input: { id: string; graceSeconds: number }) => show(await client.apiKeys.reroll(input)), {
    changes,
  });
  const edit = useAct((input: KeySettings & { id: string }) => client.apiKeys.update(input), {
    changes,
    onDone: () => {
      setDoing(null);
      toast(t.saved);
    },
  });
  const revoke = useAct((id: string) => client.apiKeys.revoke(id), {
    changes,
    onDone: ({ name, id }) => {
      setDoing(null);
      if (fresh?.apiKey.id === id) setFresh(null);
      toast(t.revokedNow(name));
    },
  });
  function begin(next: Doing): void {
    for (const act of [make, roll, edit, revoke]) act.reset();
    setDoing(next);
  }

  const now = Date.now();
  const all = keys.data?.items.toReversed() ?? [];
  const living = all.filter((key) => stateOf(key, now) === 'works');
  const endedCount = all.length - living.length;
  const newKey = (
    <Button look="primary" icon={<Plus aria-hidden />} onClick={() => begin({ what: 'make' })}>
      {t.newKey}
    </Button>
  );
  return (
    <>
      <PageHead title={t.title}>{all.length > 0 && newKey}</PageHead>
      <p className={styles['about']}>{t.about}</p>
      {fresh && (
        <SecretOnce
          key={fresh.secret}
          title={t.secretTitle(fresh.apiKey.name)}
          value={fresh.secret}
          onDone={() => setFresh(null)}
        >
          <CodeBlock
            label={t.tryIt}
            code={firstCall({
              ...{ secret: fresh.secret, scopes: fresh.apiKey.scopes },
              ...{ origin: location.origin, inferenceUrl: pageConfig.inferenceUrl },
            })}
          />
        </SecretOnce>
      )}
      {keys.isPending && <Skeleton lines={5} height="3rem" />}
      <ErrorNote error={keys.error} onRetry={() => void keys.refetch()} />
      {keys.isSuccess && living.length === 0 && !(ended && endedCount > 0) && (
        <EmptyState icon={<KeyRound aria-hidden />} title={t.emptyTitle} action={newKey}>
          {t.empty}
        </EmptyState>
      )}
      {(living.length > 0 || (ended && endedCount > 0)) && (
        <KeyTable keys={ended ? [...living, ...all.filter((key) => !living.includes(key))] : living} onAct={begin} />
      )}
      {keys.data?.isCut && <p className={styles['soft']}>{t.cut(gatheredMost)}</p>}
      {endedCount > 0 && (
        <div className={styles['ended']}>
          <Button
            look="quiet"
            aria-expanded={Boolean(ended)}
            onClick={() => void navigate({ to: '/keys', search: ended ? {} : { ended: true }, replace: true })}
          >
            {ended ? t.hideEnded : t.showEnded(endedCount)}
          </Button>
        </div>
      )}
      {doing?.what === 'make' && (
        <KeyForm
          apiKey={null}
          isBusy={make.isPending}
          error={make.error}
          onSend={(input) => make.mutate(input)}
          onCancel={() => setDoing(null)}
        />
      )}
      {doing?.what === 'edit' && (
        <KeyForm
          apiKey={doing.apiKey}
          isBusy={edit.isPending}
          error={edit.error}
          onSend={(input) => edit.mutate({ ...input, id: doing.apiKey.id })}
          onCancel={() => setDoing(null)}
        />
      )}
      {doing?.what === 'roll' && (
        <RollDialog
          apiKey={doing.apiKey}
          isBusy={roll.isPending}
          error={roll.error}
          onSend={(graceSeconds) => roll.mutate({ id: doing.apiKey.id, graceSeconds })}
          onCancel={() => setDoing(null)}
        />
      )}
      {doing?.what === 'revoke' && (
        <Confirm
          title={t.revokeTitle(doing.apiKey.name)}
          action={t.revoke}
          isBusy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(doing.apiKey.id)}
          onCancel={() => setDoing(null)}
        >
          {t.revokeAbout}
        </Confirm>
      )}
    </>
  );
}

function KeyTable({ keys, onAct }: { keys: readonly ApiKey[]; onAct: (doing: Doing) => void }): ReactElement {
  const t = useText(text);
  const now = Date.now();
  return (
    <Table
      caption={t.keys}
      rows={keys}
      keyOf={({ id }) => id}
      onPhone="stack"
      columns={[
        {
          key: 'name',
          head: t.name,
          cell: ({ name, prefix }) => (
            <>
              <span className={styles['name']}>{name}</span>
              <code className={styles['prefix']}>{`${prefix}…`}</code>
            </>
          ),
        },
        {
          key: 'scopes',
          head: t.mayDo,
          cell: ({ scopes }) => (
            <span className={styles['scopes']}>
              {scopes.map((scope) => (
                <Badge key={scope}>{t[scope]}</Badge>
              ))}
            </span>
          ),
        },
        {
          key: 'used',
          head: t.lastUsed,
          cell: ({ lastUsedAt }) =>
            lastUsedAt ? <Time at={lastUsedAt} /> : <span className={styles['soft']}>{t.never}</span>,
        },
        { key: 'made', head: t.made, cell: ({ createdAt }) => <Time at={createdAt} look="date" /> },
        { key: 'ends', head: t.ends, cell: (key) => <Ending apiKey={key} now={now} /> },
        {
          key: 'actions',
          head: t.todo,
          isActions: true,
          cell: (apiKey) =>
            stateOf(apiKey, now) === 'works' && (
              <Menu
                trigger={<Ellipsis aria-hidden size={16} />}
                label={t.todoFor(apiKey.name)}
                groups={[
                  {
                    label: apiKey.name,
                    items: [
                      { label: t.edit, icon: <Pencil aria-hidden />, onSelect: () => onAct({ what: 'edit', apiKey }) },
                      {
                        label: t.roll,
                        icon: <RotateCw aria-hidden />,
                        onSelect: () => onAct({ what: 'roll', apiKey }),
                      },
                      {
                        label: t.revoke,
                        icon: <Trash2 aria-hidden />,
                        onSelect: () => onAct({ what: 'revoke', apiKey }),
                      },
                    ],
                  },
                ]}
              />
            ),
        },
      ]}
    />
  );
}

function Ending({ apiKey, now }: { apiKey: ApiKey; now: number }): ReactElement {
  const t = useText(text);
  const state = stateOf(apiKey, now);
  if (state === 'revoked') return <Badge tone="bad">{t.revoked}</Badge>;
  if (state === 'expired') return <Badge tone="warn">{t.expired}</Badge>;
  const isReplaced = apiKey.previousExpiresAt !== null && Date.parse(apiKey.previousExpiresAt) > now;
  return (
    <span className={styles['scopes']}>
      {apiKey.expiresAt ? (
        <Time at={apiKey.expiresAt} look="date" />
      ) : (
        <span className={styles['soft']}>{t.whenRevoked}</span>
      )}
      {isReplaced && <Badge tone="accent">{t.replacing}</Badge>}
    </span>
  );
}
