import type { ListedModel, Model } from '@sightline/core';
import { Download, FlaskConical, Power, PowerOff } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { useFormats } from '../../components/formats.ts';
import { Progress } from '../../components/progress.tsx';
import { toast } from '../../components/toast.tsx';
import { stateOf } from './model-state.ts';
import styles from './models.module.css';
import { text } from './text.ts';
import { TryLink } from './try-link.tsx';

/** What changes when a model comes or goes. */
const changes = [['models']];
const tones = { READY: 'good', LOADING: 'accent', UNLOADING: 'warn', UNAVAILABLE: 'plain' } as const;
const pictureTasks: readonly (string | null)[] = ['detection', 'classification', 'image-embedding'];

type Props = { model: ListedModel; mayManage: boolean };

/** A model whose files are here. */
export function Installed({ model, ready, mayManage }: Props & { ready: Model | undefined }): ReactElement {
  const t = useText(text);
  const { name, versions, task, isDefault } = model;
  const [isAsking, setAsking] = useState(false);
  const load = useAct((version: string | null) => client.models.load(name, version === null ? {} : { version }), {
    changes,
    onDone: () => toast(t.loaded(name)),
  });
  const unload = useAct(() => client.models.unload(name), {
    changes,
    onDone() {
      setAsking(false);
      toast(t.unloaded(name));
    },
  });
  const state = load.isPending ? 'LOADING' : unload.isPending ? 'UNLOADING' : stateOf(model);
  const isReady = state === 'READY';
  const why = versions.find((each) => each.reason !== '' && each.reason !== notLoaded)?.reason;
  return (
    <li className={styles['card']}>
      <div className={styles['head']}>
        <h3>{name}</h3>
        {isDefault && <Badge tone="accent">{t.byDefault}</Badge>}
        <Badge tone={tones[state]}>{t[state]}</Badge>
      </div>
      <p className={styles['soft']}>
        {model.summary ? <Said>{model.summary}</Said> : task && t[task as keyof typeof t & 'tensors']}
      </p>
      <dl className={styles['facts']}>
        <Fact name={t.version}>
          {versions.map((each) => t.versionState(each.version || '–', t[each.state])).join(', ')}
        </Fact>
        <Facts model={model} ready={ready} />
      </dl>
      {why && <p className={styles['soft']}>{why}</p>}
      <Fetching model={model} />
      <ErrorNote error={load.error ?? (isAsking ? null : unload.error)} />
      <div className={styles['actions']}>
        {pictureTasks.includes(task) && isReady && (
          <TryLink model={name} label={`${t.tryIt}: ${name}`}>
            <FlaskConical aria-hidden />
            {t.tryIt}
          </TryLink>
        )}
        {mayManage && !isReady && (
          <Button
            icon={<Power aria-hidden />}
            aria-label={`${t.load}: ${name}`}
            isBusy={load.isPending || state === 'LOADING'}
            onClick={() => load.mutate(null)}
          >
            {t.load}
          </Button>
        )}
        {mayManage && isReady && (
          <Button
            icon={<PowerOff aria-hidden />}
            aria-label={`${t.unload}: ${name}`}
            isBusy={unload.isPending}
            onClick={() => (isDefault ? setAsking(true) : unload.mutate())}
          >
            {t.unload}
          </Button>
        )}
        {mayManage &&
          versions.length > 1 &&
          versions.map(({ version, state: each }) =>
            each === 'READY' && versions.filter((other) => other.state === 'READY').length === 1 ? null : (
              <Button key={version} look="quiet" disabled={load.isPending} onClick={() => load.mutate(version)}>
                {t.loadVersion(version)}
              </Button>
            ),
          )}
      </div>
      {isAsking && (
        <Confirm
          title={t.unloadDefaultTitle(name)}
          action={t.unload}
          isBusy={unload.isPending}
          error={unload.error}
          onConfirm={() => unload.mutate()}
          onCancel={() => setAsking(false)}
        >
          {t.unloadDefault}
        </Confirm>
      )}
    </li>
  );
}

/** A model of the catalogue that is not here. */
export function Addable({ model, mayManage }: Props): ReactElement {
  const t = useText(text);
  const { name, summary, install } = model;
  const add = useAct(() => client.models.install(name), { changes });
  const said = install?.problem ? t.again : t.add;
  const isUnderWay = add.isPending || install?.problem === null;
  return (
    <li className={styles['card']}>
      <div className={styles['head']}>
        <h3>{name}</h3>
      </div>
      <p className={styles['soft']}>
        <Said>{summary}</Said>
      </p>
      <dl className={styles['facts']}>
        <Facts model={model} ready={undefined} />
      </dl>
      <Fetching model={model} />
      <ErrorNote error={add.error} />
      {mayManage && !isUnderWay && (
        <div className={styles['actions']}>
          <Button icon={<Download aria-hidden />} aria-label={`${said}: ${name}`} onClick={() => add.mutate()}>
            {said}
          </Button>
        </div>
      )}
    </li>
  );
}

/** The sidecar's word for the ordinary state of what nobody asked for yet. */
const notLoaded = 'not loaded; asking for it is enough';

function Fetching({ model: { name, install } }: { model: ListedModel }): ReactElement | null {
  const t = useText(text);
  const { bytes } = useFormats();
  if (!install) return null;
  const { doneBytes, totalBytes, problem } = install;
  if (problem) {
    return (
      <p className={styles['problem']} role="alert">
        {problem.message} <code>{problem.code}</code>
      </p>
    );
  }
  const share = totalBytes ? doneBytes / totalBytes : null;
  const told = totalBytes && doneBytes < totalBytes ? t.framesOf(bytes(doneBytes), bytes(totalBytes)) : t.preparing;
  return <Progress label={t.adding(name)} share={share === 1 ? null : share} told={told} />;
}

function Facts({ model, ready }: { model: ListedModel; ready: Model | undefined }): ReactElement {
  const t = useText(text);
  const { bytes, count } = useFormats();
  const { task, byteSize, licence, source, summary } = model;
  return (
    <>
      {summary && task && <Fact name={t.does}>{t[task as 'tensors']}</Fact>}
      {byteSize !== null && <Fact name={t.size}>{bytes(byteSize)}</Fact>}
      {ready && ready.labels.length > 0 && (
        <Fact name={t.labels}>
          {ready.labels.length > 3
            ? t.labelCount(count(ready.labels.length), ready.labels.slice(0, 3).join(', '))
            : ready.labels.join(', ')}
        </Fact>
      )}
      {ready?.input && <Fact name={t.sees}>{t.pixels(ready.input.width, ready.input.height)}</Fact>}
      {ready && <Fact name={t.runsOn}>{t.placement(ready.placement.provider, ready.placement.engineCount)}</Fact>}
      {licence && (
        <Fact name={t.licence}>
          <Said>{licence}</Said>
        </Fact>
      )}
      {source && (
        <Fact name={t.source}>
          <Said>{source}</Said>
        </Fact>
      )}
    </>
  );
}

/** What the catalogue says of a model, in its own language: screen readers change their voice for it. */
const Said = ({ children }: { children: ReactNode }): ReactElement => <span lang="en">{children}</span>;

function Fact({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
