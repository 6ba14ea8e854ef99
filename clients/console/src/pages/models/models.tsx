import type { ReactElement } from 'react';
import { useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { WithSidecar } from '../../components/with-sidecar.tsx';
import { Addable, Installed } from './model-card.tsx';
import { isBusy } from './model-state.ts';
import styles from './models.module.css';
import { text } from './text.ts';

/** How often it is asked how far a model is. */
const busyMs = 800;

/** The models that are here, and those that can be. */
export function Models(): ReactElement {
  const t = useText(text);
  return (
    <>
      <PageHead title={t.title} />
      <WithSidecar>{() => <Catalogue />}</WithSidecar>
    </>
  );
}

function Catalogue(): ReactElement {
  const t = useText(text);
  const list = useAsk(['models', 'catalogue'], (client, signal) => client.models.catalogue({ signal }), {
    refetchInterval: ({ state: { data } }) => (data?.models.some(isBusy) ? busyMs : false),
  });
  const ready = useAsk(['models', 'ready'], (client, signal) => client.models.list({ signal }));
  if (list.isPending) return <Skeleton lines={3} height="9rem" />;
  if (list.error && !list.data) return <ErrorNote error={list.error} onRetry={() => void list.refetch()} />;
  const { mayManage = false, models = [] } = list.data ?? {};
  const installed = models.filter(({ isInstalled }) => isInstalled);
  const addable = models.filter(({ isInstalled }) => !isInstalled);
  return (
    <>
      {!mayManage && <p className={styles['note']}>{t.lookOnly}</p>}
      <section className={styles['section']}>
        <h2>{t.here}</h2>
        <ul className={styles['cards']}>
          {installed.map((model) => (
            <Installed
              key={model.name}
              model={model}
              ready={ready.data?.find(({ name }) => name === model.name)}
              mayManage={mayManage}
            />
          ))}
        </ul>
      </section>
      <section className={styles['section']}>
        <h2>{t.canBe}</h2>
        {addable.length === 0 && <p className={styles['soft']}>{t.allHere}</p>}
        <ul className={styles['cards']}>
          {addable.map((model) => (
            <Addable key={model.name} model={model} mayManage={mayManage} />
          ))}
        </ul>
      </section>
    </>
  );
}
